/* engine/compute_families.c - the figures that take the members of a family as belonging together. */
#include "engine/compute_between.h"

#include <assert.h>

#include "engine/compute.h"
#include "engine/family_given.h"
#include "engine/stats/family.h"
#include "engine/stats/signed_rank.h"

_Static_assert(SIGN_FLIP_WORK <= SIGNED_RANK_WORK, "both work in the same room");

bool work_has_families(const struct work *work)
{
    return work->counted->measures[work->key.measure].has_family ||
           study_is_goal_level(work->study, work->key.scale);
}

/* The families of the current group. */
static struct family_list group_families(struct work *work, const struct family_sum *of,
                                         int64_t units_per_point)
{
    return (struct family_list){
        work->families,
        family_tally_find(&work->figures->comparisons[work->key.breakdown].families,
                          work->key.group, of, work->families),
        units_per_point};
}

struct family_sum change_sum(const struct work *work)
{
    return (struct family_sum){.scale = work->key.scale,
                               .stage = (uint8_t)work->study->before,
                               .later = (uint8_t)work->study->after};
}

void compute_family_change(struct work *work, const struct distribution *changes)
{
    const struct family_sum of = change_sum(work);
    struct family_list families;
    struct family_mean mean;
    struct sign_flip flip;
    if (!work_has_families(work)) {
        return;
    }
    families = group_families(work, &of, changes->units_per_point);
    mean = family_mean(&families, changes);
    flip = sign_flip(&families, distribution_slack(changes), work->ranks);
    work_add_count(work, STATISTIC_FAMILIES, mean.families);
    work_add(work, STATISTIC_SE_FAMILY, mean.se);
    work_add(work, STATISTIC_DF_FAMILY, mean.df);
    work_add(work, STATISTIC_CI_FAMILY_LOW, mean.ci_low);
    work_add(work, STATISTIC_CI_FAMILY_HIGH, mean.ci_high);
    work_add(work, STATISTIC_P_FAMILY, mean.p);
    work_add(work, STATISTIC_ICC, mean.icc);
    work_add(work, STATISTIC_P_SIGN_FLIP, flip.p);
    work_add(work, STATISTIC_SIGN_FLIP_EXACT, flip.exact);
}

/* Under the six statistics from `families` on: how many there are, se, df, the interval and p. */
void compute_family_pair(struct work *work, size_t stage, size_t later,
                         const struct distribution *changes, enum statistic families)
{
    const struct family_sum of = {
        .scale = work->key.scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    const struct family_list list = group_families(work, &of, changes->units_per_point);
    const struct family_mean mean = family_mean(&list, changes);
    work_add_count(work, families, mean.families);
    work_add(work, families + 1, mean.se);
    work_add(work, families + 2, mean.df);
    work_add(work, families + 3, mean.ci_low);
    work_add(work, families + 4, mean.ci_high);
    work_add(work, families + 5, mean.p);
}

/* --- shares of people --- */

static bool has_share(const struct work *work, enum family_share share)
{
    return work_has_families(work) && work->shares[work->key.scale].has[share];
}

static struct family_sum share_sum(const struct work *work, enum family_share share)
{
    return (struct family_sum){.scale = work->key.scale,
                               .stage = (uint8_t)work->study->before,
                               .later = (uint8_t)(FAMILY_SHARE + share)};
}

/* Whoever belongs to the share is 100, and of a difference of two shares, whoever is in the second is
   -100: the mean is a percentage. */
void add_family_share(struct work *work, enum family_share share, uint64_t part, uint64_t less,
                      uint64_t whole, enum statistic ci_low)
{
    const struct score_count each[] = {{-100, less}, {0, whole - part - less}, {100, part}};
    const struct family_sum of = share_sum(work, share);
    struct score_count scores[3];
    struct distribution members = {scores, 0, 1};
    struct family_list families;
    struct family_mean mean;
    if (!has_share(work, share)) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        if (each[i].count > 0) {
            scores[members.n_scores++] = each[i];
        }
    }
    families = group_families(work, &of, 1);
    for (size_t i = 0; i < families.n_counts; i++) {
        work->families[i].sum *= 100;
    }
    mean = family_mean(&families, &members);
    work_add(work, ci_low, mean.ci_low);
    work_add(work, ci_low + 1, mean.ci_high);
}

/* Of families of one, this is McNemar's exact test. */
void add_family_raised(struct work *work)
{
    const struct family_sum of = share_sum(work, FAMILY_RAISED);
    struct family_list families;
    if (has_share(work, FAMILY_RAISED)) {
        families = group_families(work, &of, 1);
        work_add(work, STATISTIC_P_RAISED_FAMILY, sign_flip(&families, 0, work->ranks).p);
    }
}

void add_family_improved(struct work *work)
{
    const struct family_sum of = share_sum(work, FAMILY_IMPROVED);
    struct family_difference apart;
    if (!has_share(work, FAMILY_IMPROVED)) {
        return;
    }
    apart = families_apart(work, &work->between->arms, ARM_COMPARISON, ARM_PROGRAMME, &of, 100, 1);
    work_add(work, STATISTIC_IMPROVED_DIFFERENCE_FAMILY_CI_LOW, apart.ci_low);
    work_add(work, STATISTIC_IMPROVED_DIFFERENCE_FAMILY_CI_HIGH, apart.ci_high);
}

struct family_mean added_value_by_families(struct work *work, const struct distribution *added)
{
    const struct family_sum of =
        family_given_added_value(work->key.scale, work->study->after, 0, 0).of;
    const struct family_list families = group_families(work, &of, added->units_per_point);
    return family_mean(&families, added);
}

/* --- goals --- */

struct family_sum attained_sum(const struct work *work, enum goal_occasion occasion)
{
    const struct figures *const figures = work->figures;
    struct family_sum of = {.scale = work->key.scale,
                            .stage = (uint8_t)occasion,
                            .later = (uint8_t)(FAMILY_ATTAINED + work->key.dimension),
                            .about = work->key.member};
    if (work->key.dimension == GOALS_BY_CATEGORY) {
        of.about = work->key.member < figures->n_categories ? figures->categories[work->key.member]
                                                            : NO_NAME;
    }
    return of;
}

struct family_mean attained_by_families(struct work *work, enum goal_occasion occasion,
                                        uint64_t goals, uint64_t attained)
{
    /* A goal that was attained is 100: the mean is a percentage. */
    const struct score_count each[] = {{0, goals - attained}, {100, attained}};
    const struct distribution members = {each + (goals == attained),
                                         (size_t)(goals > attained) + (attained > 0), 1};
    const struct family_sum of = attained_sum(work, occasion);
    const struct family_list families = group_families(work, &of, 1);
    for (size_t i = 0; i < families.n_counts; i++) {
        work->families[i].sum *= 100;
    }
    return family_mean(&families, &members);
}

struct family_difference families_apart(struct work *work, const struct family_pairs *pairs,
                                        uint32_t first, uint32_t second,
                                        const struct family_sum *of, int64_t each,
                                        int64_t units_per_point)
{
    struct family_pair *const found = work->family_pairs;
    const struct family_pair_list families = {
        found, family_pairs_find(pairs, first, second, of, found), units_per_point};
    for (size_t i = 0; i < families.n_pairs; i++) {
        found[i].sum[0] *= each;
        found[i].sum[1] *= each;
    }
    return family_difference(&families);
}

void add_families_apart(struct work *work, enum statistic se, const struct family_difference *apart)
{
    work_add(work, se, apart->se);
    work_add(work, se + 1, apart->df);
    work_add(work, se + 2, apart->ci_low);
    work_add(work, se + 3, apart->ci_high);
    work_add(work, se + 4, apart->p);
}
