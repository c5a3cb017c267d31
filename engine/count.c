/* engine/count.c - every respondent of every join, one after the other. */
#include "engine/count.h"

#include <stdlib.h>

#include "engine/count_walk.h"
#include "engine/id_checks.h"

static bool count_measures(struct walk *walk)
{
    const struct study *const study = walk->study;
    for (uint32_t m = 0; m < study->n_measures; m++) {
        const unsigned char *series;
        if (study->measures[m].join != walk->join_index) {
            continue;
        }
        if (walk->layout->is_goals) {
            return count_goals(walk, m); /* all goals are of one measure */
        }
        series = series_of(walk,
                           version_series(walk->layout, walk->respondent, walk->rules->version[m]));
        if (has_form(walk, series)) {
            count_person(walk, m);
            if (!count_questionnaire(walk, series, m)) {
                return false;
            }
        }
    }
    return true;
}

static bool count_respondent(struct walk *walk, uint32_t respondent)
{
    walk->respondent = respondent;
    walk->person = join_respondent(walk->join, respondent);
    walk->cohort = walk->person->cohort;
    walk->family = join_family(walk->join, respondent);
    if (family_is_none(walk->family)) {
        return count_measures(walk);
    }
    return kin_begin(walk->kin, walk->family, walk->cohort) && count_measures(walk) &&
           kin_end(walk->kin);
}

/* What the join found while forms came: how many it set aside, and ids that look alike. */
static bool count_join_findings(const struct respondents *respondents, struct counted *counted,
                                struct listing *listing)
{
    const struct join_rules *const rules = respondents->rules;
    const struct study *const study = rules->study;
    for (size_t m = 0; m < study->n_measures; m++) {
        for (size_t i = 0; i < N_FORM_REASONS; i++) {
            counted->measures[m].forms[i] += respondents->set_aside_counts[m * N_FORM_REASONS + i];
        }
    }
    for (size_t i = 0; listing != NULL && i < respondents->n_set_aside; i++) {
        const struct set_aside *const row = &respondents->set_aside[i];
        const struct join *const join = &respondents->joins[study->measures[row->measure].join];
        const struct listed line = {.place = row->place,
                                    .id = join_id(join, row->respondent),
                                    .subject = row->measure,
                                    .kind = LISTED_FORM,
                                    .stage = row->stage,
                                    .reason = row->reason};
        if (!listing_add(listing, &line)) {
            return false;
        }
    }
    return true;
}

/* Is a respondent without a form at some stage simply that? Neither was it not due, nor is there one
   of another version. */
static bool absence_is_plain(const struct study *study, const struct join_layout *layout)
{
    bool plain = layout->n_versions == 1;
    for (size_t i = 0; i < study->n_stages; i++) {
        plain = plain && !study->stages[i].has_window;
    }
    return plain;
}

/* The respondents of a join, cohort by cohort: what is counted of a cohort stays near the processor as
   long as its people are looked at. NULL: there is no memory; or so many cohorts that nothing would
   be gained. */
static uint32_t *by_cohort(const struct join *join, size_t n_cohorts)
{
    const uint32_t n = join->n_respondents;
    uint32_t *const order = n_cohorts > n ? NULL : malloc((n + (size_t)1) * sizeof *order);
    uint32_t *const starts = order == NULL ? NULL : calloc(n_cohorts + 2, sizeof *starts);
    for (uint32_t i = 0; i < n && starts != NULL; i++) {
        starts[join_respondent(join, i)->cohort + 2]++;
    }
    for (size_t i = 2; i < n_cohorts + 2 && starts != NULL; i++) {
        starts[i] += starts[i - 1];
    }
    for (uint32_t i = 0; i < n && starts != NULL; i++) {
        order[starts[join_respondent(join, i)->cohort + 1]++] = i;
    }
    if (starts == NULL) {
        free(order);
        return NULL;
    }
    free(starts);
    return order;
}

/* The measure of a join of whose respondents nothing matters but scores: see count_plain_join(). n_measures:
   there is more. */
static uint32_t plain_measure(const struct walk *walk)
{
    const struct study *const study = walk->study;
    uint32_t m = 0;
    while (m < study->n_measures && study->measures[m].join != walk->join_index) {
        m++;
    }
    return m < study->n_measures && walk->absence_is_plain && !walk->layout->is_goals &&
                   walk->layout->code_bytes == 1 && walk->listing == NULL &&
                   !walk->rules->by_date && !study->measures[m].has_added_value
               ? m
               : (uint32_t)study->n_measures;
}

/* People of one cohort stand far apart: the memory is asked for one while so many others are counted. */
#define ASKED_AHEAD 8

/* People with questionnaires are only written down, each with those of the same cohort: in any order. */
static bool count_join(struct walk *walk)
{
    const uint32_t plain = plain_measure(walk), n = walk->join->n_respondents;
    uint32_t *order = NULL;
    bool done = true;
    if (plain < walk->study->n_measures) {
        return count_plain_join(walk, plain, count_respondent);
    }
    if (walk->layout->is_goals) {
        order = by_cohort(walk->join, walk->rules->cohorts->tuples.n_names);
    }
    for (uint32_t i = 0; i < n && done; i++) {
        if (order != NULL) {
            const uint32_t soon = order[i + ASKED_AHEAD < n ? i + ASKED_AHEAD : i];
            __builtin_prefetch(join_respondent(walk->join, soon));
        }
        done = count_respondent(walk, order == NULL ? i : order[i]);
    }
    free(order);
    if (walk->layout->is_goals && done) {
        count_goals_end(walk);
    }
    return done;
}

bool count_respondents(const struct respondents *respondents, const struct counting *counting)
{
    const struct study *const study = respondents->rules->study;
    struct goals_at_hand goals = {0};
    struct walk walk = {.respondents = respondents,
                        .rules = respondents->rules,
                        .study = study,
                        .pairs = counting->pairs,
                        .families = counting->families,
                        .kin = counting->kin,
                        .counted = counting->counted,
                        .listing = counting->listing,
                        .goals = &goals};
    bool done = count_join_findings(respondents, counting->counted, counting->listing);
    for (walk.join_index = 0; walk.join_index < study->n_joins && done; walk.join_index++) {
        walk.join = &respondents->joins[walk.join_index];
        walk.layout = walk.join->layout; /* of goals, maybe the wide one */
        walk.absence_is_plain = absence_is_plain(study, walk.layout);
        done = count_join(&walk);
    }
    if (done) {
        id_checks_count(respondents, counting->counted);
    }
    goals_at_hand_free(&goals);
    return done;
}
