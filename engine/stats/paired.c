#include "engine/stats/paired.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/moments.h"
#include "engine/stats/student.h"

/* n times the centred sums of squares and products of before and after. */
struct joint_spread {
    struct spread before, after, both;
};

static struct joint_spread joint_spread(const struct joint *joint, uint64_t n)
{
    const int64_t from_before = joint->pairs[0].before, from_after = joint->pairs[0].after;
    int128 sum_before = 0, sum_after = 0;
    int128 before_before = 0, after_after = 0, before_after = 0;
    struct whole_mean before, after;
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *pair = &joint->pairs[i];
        sum_before += (int128)(pair->before - from_before) * (int128)pair->count;
        sum_after += (int128)(pair->after - from_after) * (int128)pair->count;
    }
    /* A second pass, from whole numbers next to the means: squares stay small, and a large mean
       with a small spread loses nothing. */
    before = whole_mean(sum_before, from_before, n);
    after = whole_mean(sum_after, from_after, n);
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const int128 count = (int128)joint->pairs[i].count;
        const int128 b = joint->pairs[i].before - before.whole;
        const int128 a = joint->pairs[i].after - after.whole;
        before_before += b * b * count;
        after_after += a * a * count;
        before_after += b * a * count;
    }
    return (struct joint_spread){.before = spread_from(before_before, before, before, n),
                                 .after = spread_from(after_after, after, after, n),
                                 .both = spread_from(before_after, before, after, n)};
}

/* Paired t and the effect size on its scale. Only a change that differs between people has them:

       t = mean / se,  p = P(|T| > |t|) at df = n - 1,  dz = mean / sd

   rounding  t and dz to a few units in the last place, both parts being rounded exact numbers
   source    dz: Lakens (2013), Frontiers in Psychology 4:863, doi:10.3389/fpsyg.2013.00863 */
static void set_t(struct paired_change *paired)
{
    const double mean = paired->change.mean.number;
    const double t = mean / paired->change.se.number;
    paired->t = value_double(t);
    paired->p_t = value_double(student_two_sided(t, paired->df.number));
    paired->dz = value_double(mean / paired->change.sd.number);
}

/* What needs before and after apart, for n > 1:

       dav = mean change / sqrt((var before + var after) / 2),  r = cov / (sd before sd after)

   source    dav: Cumming (2012), Understanding The New Statistics, ch. 11. Lakens (2013) divides by
             the mean of the two sd instead of the root of the mean variance */
static void set_joint(const struct joint *joint, struct paired_change *paired)
{
    const uint64_t n = paired->change.n, unit = (uint64_t)joint->units_per_point;
    const struct joint_spread spread = joint_spread(joint, n);
    const struct spread sum = spread_add(spread.before, spread.after);
    if (sum.number > 0.0) {
        const struct value sd = spread_root(&sum, (const uint64_t[]){2, n, n - 1, unit, unit}, 5);
        paired->dav = value_double(paired->change.mean.number / sd.number);
    }
    if (spread.before.number > 0.0 && spread.after.number > 0.0) {
        paired->r = value_double(spread_correlation(&spread.both, &spread.before, &spread.after));
    }
}

static struct paired_change with_test(const struct description *change)
{
    struct paired_change paired = {.change = *change,
                                   .t = VALUE_NONE,
                                   .df = VALUE_NONE,
                                   .p_t = VALUE_NONE,
                                   .dz = VALUE_NONE,
                                   .dav = VALUE_NONE,
                                   .r = VALUE_NONE};
    if (change->n > 0) {
        paired.df = value_count((int64_t)(change->n - 1));
    }
    if (change->sd.number > 0.0) { /* and so is se; not where it is NAN */
        set_t(&paired);
    }
    return paired;
}

struct paired_change paired_test(const struct distribution *changes)
{
    const struct description change = describe_interval(changes);
    return with_test(&change);
}

struct paired_change paired_sums(const struct score_sums *changes)
{
    const struct description change = describe_sums(changes);
    return with_test(&change);
}

struct paired_change paired_change(const struct joint *joint, const struct distribution *changes)
{
    const struct description change = describe(changes);
    struct paired_change paired = with_test(&change);
    assert(joint->units_per_point == changes->units_per_point);
    assert((joint->n_pairs == 0) == (changes->n_scores == 0));
    if (change.n > 1) {
        set_joint(joint, &paired);
    }
    return paired;
}
