/* io/write/tally_families.c - the lines of families in a tally file. */
#include "io/write/tally_writing.h"

/* What is added up in a family: a change between stages, a share of people, or goals attained. */
static enum tally_kind family_kind(const struct family_sum *of, bool is_split)
{
    if (of->later < FAMILY_SHARE) {
        return is_split ? TALLY_KIND_SPLIT_FAMILY : TALLY_KIND_FAMILY;
    }
    if (of->later < FAMILY_ATTAINED) {
        return is_split ? TALLY_KIND_SPLIT_FAMILY_SHARE : TALLY_KIND_FAMILY_SHARE;
    }
    return is_split ? TALLY_KIND_SPLIT_FAMILY_GOALS : TALLY_KIND_FAMILY_GOALS;
}

static void put_attained(struct tally_writing *w, const struct family_sum *of)
{
    const size_t dimension = of->later - (size_t)FAMILY_ATTAINED;
    tally_put_text(w, tally_occasion_names[of->stage]);
    if (dimension < GOALS_BY_FLAG) {
        tally_put_text(w, tally_dimension_names[dimension]);
        tally_put_text(
            w, dimension == GOALS_ANY || of->about == NO_NAME ? "" : w->categories[of->about]);
    } else {
        char flag[sizeof TALLY_FLAG + 24];
        snprintf(flag, sizeof flag, TALLY_FLAG "%zu", dimension - GOALS_BY_FLAG + 1);
        tally_put_text(w, flag);
        tally_put_text(w, tally_flag_values[of->about]);
    }
}

static void put_family_sum(struct tally_writing *w, uint32_t cohort, const struct family_sum *of)
{
    const struct study *const study = w->study;
    tally_put_cohort(w, cohort);
    if (of->later >= FAMILY_ATTAINED) {
        put_attained(w, of);
        return;
    }
    tally_put_text(w, study->measures[study->scales[of->scale].measure].label);
    tally_put_text(w, study->scales[of->scale].scale->name);
    if (of->later < FAMILY_SHARE) {
        tally_put_text(w, study->stages[of->stage].name);
        tally_put_text(w, study->stages[of->later].name);
    } else {
        tally_put_text(
            w, tally_share_names[of->later == FAMILY_ADDED_VALUE ? N_FAMILY_SHARES
                                                                 : of->later - FAMILY_SHARE]);
    }
}

void tally_write_families(struct tally_writing *w)
{
    const struct family_tally *const families = &w->families;
    if (families->n_cells + families->n_splits == 0) {
        return;
    }
    tally_comment_cells(w, "family",
                        ",instrument,scale,stage,later stage,members,sum of changes,count");
    tally_comment_cells(w, "family_share", ",instrument,scale,share,members,sum,count");
    tally_comment_cells(w, "family_goals", ",occasion,goals,value,rated,attained,count");
    for (size_t i = 0; i < families->n_cells && !ferror(w->out); i++) {
        const struct family_cell *const cell = &families->cells[i];
        tally_begin(w, family_kind(&cell->of, false));
        put_family_sum(w, cell->cohort, &cell->of);
        tally_put_count(w, cell->members);
        tally_put_whole(w, cell->sum);
        tally_put_count(w, cell->count);
        tally_end(w);
    }
    if (families->n_splits > 0) {
        tally_comment(w, "The same of families in several cohorts, one line for each, numbered.");
    }
    for (size_t i = 0; i < families->n_splits && !ferror(w->out); i++) {
        const struct split_family *const split = &families->splits[i];
        for (size_t k = 0; k < split->n_parts; k++) {
            const struct family_part *const part = &families->parts[split->first_part + k];
            tally_begin(w, family_kind(&split->of, true));
            put_family_sum(w, part->cohort, &split->of);
            tally_put_count(w, part->members);
            tally_put_whole(w, part->sum);
            tally_put_count(w, i + 1);
            tally_end(w);
        }
    }
}
