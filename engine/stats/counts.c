#include "engine/stats/counts.h"

#include <stdlib.h>

static int by_score(const void *left, const void *right)
{
    const struct score_count *a = left, *b = right;
    return (a->score > b->score) - (a->score < b->score);
}

/* Up to this many are sorted faster by moving each to its place. */
#define FEW_SCORES 64

static void sort_scores(struct score_count scores[], size_t n)
{
    if (n > FEW_SCORES) {
        qsort(scores, n, sizeof *scores, by_score);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct score_count moved = scores[i];
        size_t at = i;
        while (at > 0 && scores[at - 1].score > moved.score) {
            scores[at] = scores[at - 1];
            at--;
        }
        scores[at] = moved;
    }
}

/* Sorts by score, where not yet sorted, and makes one of equal scores. Returns how many remain. */
static size_t gather(struct score_count scores[], size_t n)
{
    size_t n_sorted = n > 0, n_kept = 0;
    while (n_sorted < n && scores[n_sorted - 1].score <= scores[n_sorted].score) {
        n_sorted++;
    }
    if (n_sorted < n) {
        sort_scores(scores, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (n_kept > 0 && scores[n_kept - 1].score == scores[i].score) {
            scores[n_kept - 1].count += scores[i].count;
        } else {
            scores[n_kept++] = scores[i];
        }
    }
    return n_kept;
}

/* Pairs ascend by `before`, so that gather() finds nothing to sort here. */
size_t joint_before(const struct joint *joint, struct score_count out[])
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        out[i] = (struct score_count){joint->pairs[i].before, joint->pairs[i].count};
    }
    return gather(out, joint->n_pairs);
}

size_t joint_after(const struct joint *joint, struct score_count out[])
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        out[i] = (struct score_count){joint->pairs[i].after, joint->pairs[i].count};
    }
    return gather(out, joint->n_pairs);
}

/* Scores are below 2^41 (moments.h): no difference overflows. */
size_t joint_change(const struct joint *joint, struct score_count out[])
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *pair = &joint->pairs[i];
        out[i] = (struct score_count){pair->after - pair->before, pair->count};
    }
    return gather(out, joint->n_pairs);
}
