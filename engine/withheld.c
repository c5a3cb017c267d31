/* engine/withheld.c - see withheld.h. */
#include "engine/withheld.h"

#include <stdlib.h>

/* The scale by whose cells a measure's respondents are counted: every respondent has one cell for
   each scale and stage, be it a reason. SIZE_MAX: nothing of the measure is counted. */
static size_t ledger_scale(const struct study *study, size_t measure)
{
    const struct measure *const m = &study->measures[measure];
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (study->scales[scale].collected && !study_is_goal_level(study, scale)) {
            return scale;
        }
    }
    return SIZE_MAX;
}

/* Adds up the respondents of each cohort, [cohort][measure]. */
static void count_respondents_of(const struct counted *counted, uint64_t counts[])
{
    const struct study *const study = counted->study;
    for (size_t cohort = 0; cohort < counted->tally.n_cohorts; cohort++) {
        for (size_t measure = 0; measure < study->n_measures; measure++) {
            const size_t scale = ledger_scale(study, measure);
            counts[cohort * study->n_measures + measure] +=
                scale == SIZE_MAX ? 0 : tally_people(&counted->tally, (uint32_t)cohort, scale);
        }
    }
}

static bool is_small(const uint64_t counts[], size_t n_measures, uint64_t threshold)
{
    for (size_t m = 0; m < n_measures; m++) {
        if (counts[m] > 0 && counts[m] < threshold) {
            return true;
        }
    }
    return false;
}

bool withheld_find(const struct counted *counted, uint64_t threshold, struct withheld *withheld)
{
    const size_t n_measures = counted->study->n_measures;
    const size_t n_cohorts = counted->cohorts->tuples.n_names;
    uint64_t *const counts = calloc(n_cohorts * n_measures + 1, sizeof *counts);
    *withheld =
        (struct withheld){.cohorts = calloc(n_cohorts + 1, sizeof *withheld->cohorts),
                          .respondents = calloc(n_measures + 1, sizeof *withheld->respondents)};
    if (counts == NULL || withheld->cohorts == NULL || withheld->respondents == NULL) {
        free(counts);
        withheld_free(withheld);
        return false;
    }
    count_respondents_of(counted, counts);
    for (size_t i = 0; i < n_cohorts; i++) {
        withheld->cohorts[i] = is_small(&counts[i * n_measures], n_measures, threshold);
        withheld->n_cohorts += withheld->cohorts[i];
        for (size_t m = 0; m < n_measures && withheld->cohorts[i]; m++) {
            withheld->respondents[m] += counts[i * n_measures + m];
        }
    }
    free(counts);
    return true;
}

void withheld_free(struct withheld *withheld)
{
    free(withheld->cohorts);
    free(withheld->respondents);
    *withheld = (struct withheld){0};
}
