/* engine/compute_work.h - what the files that compute figures share. */
#ifndef PELLTER_ENGINE_COMPUTE_WORK_H
#define PELLTER_ENGINE_COMPUTE_WORK_H

#include <gsl/gsl_rng.h>
#include "engine/crew.h"
#include "engine/figures.h"
#include "engine/stats/counts.h"
#include "engine/stats/describe.h"
#include "engine/stats/item_analysis.h"
#include "engine/stats/mixed_model.h"
#include "engine/stats/noncentral_t.h"
#include "engine/stats/reliable_change.h"
#include "engine/stats/family.h"

struct counted;

/* Room for the items of one scale. */
struct item_room {
    uint64_t sums[MAX_ITEMS], products[MAX_ITEMS * MAX_ITEMS];
    struct value rest[MAX_ITEMS];
    double room[ITEM_ANALYSIS_ROOM(MAX_ITEMS)];
};

/* How a person's change on a scale is judged: one rule for every cohort. */
struct scale_rule {
    struct reliable_constants constants;
    struct reliable_rule reliable; /* its limit is NAN where the data cannot say */
    bool has_figures; /* it is known what change is reliable, or which data would say it */
    bool is_declared; /* the study says how many points */
    bool is_withheld; /* the scale is not reliable enough */
};

/* The runs of the group that was looked at last. */
struct group_runs {
    const unsigned char *of; /* their cells, borrowed from the tally; NULL: of no group yet */
    struct cell_run *runs;   /* owned, n */
    size_t n;
};

/* Two stages of the same people: the pairs, and what they make of before, after and change. */
struct comparison_of_stages {
    struct joint joint;
    struct distribution before, after, changes;
};

/* What was compared last, which tables of one scale ask for one after the other. */
struct last_compared {
    const void *of; /* the cells, or who is written down, borrowed from the tally; NULL: nothing */
    uint32_t run;   /* tally_run() */
    struct comparison_of_stages stages;
};

struct counted_runs; /* compute_work.c: those of people who are written down */

struct tests; /* compute_tests.c */

/* Where the computation is, and room to work in. Several may be at work, each with room of its own. */
struct work {
    const struct counted *counted;
    const struct study *study;
    const struct figures *figures;
    const struct crew *crew;  /* borrowed: who helps with what is done before figures are added */
    struct figure_part *part; /* where figures are added */
    struct figure_key key;    /* of the figure that is added next */
    struct group_runs *runs;  /* owned, as are the rest */
    struct counted_runs *counted_runs;
    struct last_compared *last; /* in the next four */
    struct pair_count *pairs;   /* room for the cells of any run */
    struct score_count *before, *after, *changes, *scores;
    double *ranks;
    struct known_intervals *known;
    double *replicates; /* with `random`, only where the study asks for a bootstrap */
    gsl_rng *random;
    struct score_pattern *patterns; /* room for those of any scale of a group */
    struct model_room *model_room;  /* owned; NULL: no model is fitted */
    struct item_room *items;
    struct family_count *families;
    struct family_pair *family_pairs; /* room for the families of any two groups */
    /* What all share, owned by the first. */
    struct between *between;          /* of compute_between.c */
    double *study_sd;                 /* for each scale: SD of all before scores of All, or NAN */
    struct scale_rule *rules;         /* for each scale */
    const struct share_rules *shares; /* likewise */
    struct tests
        *tests; /* n_tests, by dimension: of the breakdown whose tests are added; or NULL */
    size_t n_tests;
};

/* Makes a worker's own room, for the largest group there is (compute_room.c); what else it has must be set. False: no
   memory. Either way it is freed by work_free_room(). */
bool work_make_room(struct work *work);
void work_free_room(struct work *work);

/* Adds a figure under the current key with this statistic (and sub). */
void work_add(struct work *work, enum statistic statistic, struct value value);
void work_add_sub(struct work *work, enum statistic statistic, size_t sub, uint64_t count);
void work_add_sub_value(struct work *work, enum statistic statistic, size_t sub,
                        struct value value);
void work_add_count(struct work *work, enum statistic statistic, uint64_t count);

/* Adds a share in percent with Wilson's interval: `percent` and the two statistics behind it in the
   list, its low and its high end. Undefined of nobody. */
void work_add_percent(struct work *work, enum statistic percent, uint64_t part, uint64_t whole);

/* Room for the runs of people who are written down, `most` on a scale at most. NULL: no memory. */
struct counted_runs *counted_runs_new(const struct study *study, size_t most);
void counted_runs_free(struct counted_runs *runs);

/* The scale of the current key, and its cells of two stages in the current group, which hold until the
   next call. */
const struct scale *work_scale(const struct work *work);
struct cell_cursor work_cells(const struct work *work, size_t stage, size_t later);

/* What the mixed model needs of them, written to work->patterns; returns how many there are. They hold until the
   next call. */
size_t work_patterns(struct work *work);

/* The scores at one stage, in `scores`. */
struct distribution work_distribution(const struct work *work, size_t stage, size_t later);

/* The pairs of scores at two stages, in `pairs`: who compares afterwards says work_forget(). */
struct joint work_pairs(const struct work *work, size_t stage, size_t later);

/* Two stages compared. This holds until the next call, or until somebody else uses the room of it, who
   says so. */
struct comparison_of_stages work_compare(const struct work *work, size_t stage, size_t later);
void work_forget(const struct work *work);

/* The same where no more is asked for than means and spreads: all from one walk through the cells. And the mean
   of the scores at one stage. */
struct stage_sums {
    struct score_sums before, after, changes;
};
struct stage_sums work_sums(const struct work *work, size_t stage, size_t later);
struct score_mean work_mean(const struct work *work, size_t stage, size_t later);

/* Are sentences said of single cohorts, or is what no table prints computed anyway? */
bool work_is_said(const struct work *work);

/* Has the study two stages to compare? And has the scale bands, too, that both stages share? */
bool work_has_pair(const struct work *work);
bool work_has_bands(const struct work *work);

/* One function for each table, called for each scale of each group: compute_scales.c ... */
void compute_before_after(struct work *work);
/* The part of compute_before_after() that is drawn by chance: compute_bootstrap.c. */
void compute_bootstrap(struct work *work, const struct distribution *changes);
void compute_bands(struct work *work);
void compute_band_movement(struct work *work);
void compute_trajectory(struct work *work);

/* ... compute_individual.c. First find_rules(), which asks for study_sd. */
void find_rules(struct work *work);
void compute_band_change(struct work *work);
void compute_reliable_change(struct work *work);
void compute_clinical_change(struct work *work);

/* compute_added_value.c */
void compute_added_value(struct work *work);

/* Tests of a breakdown, whose other figures it asks for: adjusted by tests_begin() (false: no memory),
   added for one group and member of a dimension, and given back. */
bool tests_begin(struct work *work);
void compute_tests(struct work *work);
void tests_end(struct work *work);
size_t tests_n_dimensions(const struct study *study);
/* Of all scales of a breakdown at once. */
void compute_tests_between(struct work *work);

/* ... compute_between.c, whose room is made and freed here (false: no memory). The first and the last of
   the tables are called once for each scale of a breakdown, for all its groups, of which is known what
   they are compared by: found by between_compare() (false: no memory), compare_group() for each
   collected scale of each, and between_compared() that says whether all went well ... */
bool between_begin(struct work *work);
void between_end(struct work *work);
size_t between_most_pairs(const struct work *work);
bool between_is_of(const struct work *work, size_t breakdown);
bool between_compare(struct work *work, size_t breakdown);
void compare_group(struct work *work);
void between_compared(struct work *work, size_t breakdown, bool done);
void compute_between(struct work *work);
void compute_adjusted(struct work *work);
void compute_pooled(struct work *work);

/* compute_drop_out.c: the model of the current scale and group, whose figures without a stage it
   adds; what the model says of a stage; and the table of its own. */
struct mixed_model compute_model(struct work *work);
void compute_model_stage(struct work *work, const struct mixed_model *model, size_t stage);
void compute_drop_out(struct work *work);
/* ... of which compute_families.c adds what takes the members of a family as belonging together, if the
   scale has any; whether it has; and the share of goals attained, in percent, of families whose goals
   are those of the current key. */
void compute_family_change(struct work *work, const struct distribution *changes);
bool work_has_families(const struct work *work);
void compute_family_pair(struct work *work, size_t stage, size_t later,
                         const struct distribution *changes, enum statistic families);
/* ... of those with a score before and after, the interval of a share of people in percent: `part`, less `less`
   where it is a difference of two, of the `whole` group; p of as many in a raised band after as before; and of the programme less the comparison
   group, the interval of the share reliably better. All only where the study alone says who belongs to the
   share ... */
void add_family_share(struct work *work, enum family_share share, uint64_t part, uint64_t less,
                      uint64_t whole, enum statistic ci_low);
void add_family_raised(struct work *work);
void add_family_improved(struct work *work);
/* ... and of all added values. */
struct family_mean added_value_by_families(struct work *work, const struct distribution *added);
struct family_mean attained_by_families(struct work *work, enum goal_occasion occasion,
                                        uint64_t goals, uint64_t attained);

/* compute_items.c ... */
void compute_item_analysis(struct work *work);
void compute_cautions(struct work *work);

/* ... compute_years.c and compute_comparison.c, of which the trend and the comparison are for all
   groups of a breakdown ... */
void compute_years(struct work *work);
void compute_trend(struct work *work);
void compute_paired_shares(struct work *work);
void compute_comparison(struct work *work);

/* ... and compute_goals.c. Attainment is called for each member of a dimension. */
void compute_attainment(struct work *work);
void compute_goal_levels(struct work *work);
uint32_t goals_dimension_size(const struct figures *figures, unsigned dimension);
bool goals_has_member(const struct work *work);

#endif
