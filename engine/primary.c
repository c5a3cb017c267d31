#include "engine/primary.h"

/* Does the scale have one score a person? Not goals' levels, which have one a goal. */
static bool is_of_people(const struct study *study, size_t scale)
{
    return study->scales[scale].collected && !study_is_goal_level(study, scale);
}

/* A total has all items of the questionnaire, or more than two parts (SDQ has sums of two beside
   its total). */
static bool is_total(const struct instrument *instrument, const struct scale *scale)
{
    return (scale->kind == SCALE_ITEMS && scale->n_items == instrument->groups[0].n_items) ||
           (scale->kind == SCALE_SCALES && scale->n_parts > 2);
}

size_t primary_total(const struct study *study, size_t measure)
{
    const struct measure *const m = &study->measures[measure];
    size_t found = study->n_scales, total = study->n_scales;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        const struct scale *const s = study->scales[scale].scale;
        if (!is_of_people(study, scale)) {
            continue;
        }
        if (s->kind == SCALE_GOALS) {
            return scale; /* the family level: the first of goals that has one value a family */
        }
        found = scale;
        /* A total looked up in a table stands for the total: that is what the table is for. */
        if ((total == study->n_scales && is_total(m->instrument, s)) ||
            (s->kind == SCALE_CONVERSION && m->first_scale + s->parts[0] == total)) {
            total = scale;
        }
    }
    return total < study->n_scales ? total : found;
}

bool is_primary(const struct study *study, size_t scale, size_t stage)
{
    if (study->primary.is_named) {
        return scale == study->primary.scale && stage == study->primary.stage;
    }
    return stage == study->after && scale == primary_total(study, study->scales[scale].measure);
}

enum primary_test primary_test(const struct study *study)
{
    return study->primary.is_named ? study->primary.test : PRIMARY_T;
}
