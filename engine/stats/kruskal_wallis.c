#include "engine/stats/kruskal_wallis.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/chi_square.h"

int128 mid_ranks(const struct distribution *scores, uint64_t doubled_ranks[], uint64_t *n)
{
    const int64_t slack = distribution_slack(scores);
    int128 tied = 0;
    size_t first = 0;
    *n = 0;
    while (first < scores->n_scores) {
        uint64_t t = 0;
        size_t end;
        if (scores->scores[first].count == 0) { /* nobody's score begins no run */
            doubled_ranks[first++] = 0;
            continue;
        }
        end = first;
        while (end < scores->n_scores &&
               scores->scores[end].score - scores->scores[first].score <= slack) {
            t += scores->scores[end++].count;
        }
        /* t after n smaller ones share the mid-rank n + (t + 1) / 2 */
        for (; first < end; first++) {
            doubled_ranks[first] = 2 * *n + t + 1;
        }
        tied += (int128)t * (int128)t * (int128)t - (int128)t;
        *n += t;
    }
    return tied;
}

/* The place of a change that is there. Where all whole numbers from the first to it are, that is
   known at once. */
static size_t place_of(int64_t change, const struct score_count changes[], size_t n)
{
    size_t low = 0, high = n;
    const int64_t guess = change - changes[0].score;
    if (guess >= 0 && guess < (int64_t)n && changes[guess].score == change) {
        return (size_t)guess;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (changes[middle].score < change) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    assert(low < n && changes[low].score == change);
    return low;
}

void count_changes(const struct joint *joint, struct score_count changes[], size_t n_changes)
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *const pair = &joint->pairs[i];
        changes[place_of(pair->after - pair->before, changes, n_changes)].count += pair->count;
    }
}

struct ranked_cohort rank_changes(const struct joint *joint, const struct distribution *changes,
                                  const uint64_t doubled_ranks[])
{
    struct ranked_cohort cohort = {0, 0};
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *const pair = &joint->pairs[i];
        const size_t at = place_of(pair->after - pair->before, changes->scores, changes->n_scores);
        cohort.n += pair->count;
        cohort.doubled_sum += (int128)doubled_ranks[at] * (int128)pair->count;
    }
    return cohort;
}

struct kruskal_wallis kruskal_wallis(const struct ranked_cohort cohorts[], size_t n_cohorts,
                                     uint64_t n, int128 tied)
{
    const int128 cube = (int128)n * (int128)n * (int128)n - (int128)n;
    const double all = (double)n;
    struct kruskal_wallis result = {0, NAN, NAN, NAN};
    double sum = 0.0;
    for (size_t i = 0; i < n_cohorts; i++) {
        if (cohorts[i].n > 0) {
            /* 2 n times what the mean rank is off the middle: exact */
            const int128 off = cohorts[i].doubled_sum - (int128)cohorts[i].n * (int128)(n + 1);
            sum += (double)off / 4.0 * ((double)off / (double)cohorts[i].n);
            result.cohorts++;
        }
    }
    if (result.cohorts < 2 || tied == cube) {
        return result;
    }
    result.h = 12.0 * sum / (all * (all + 1.0)) / ((double)(cube - tied) / (double)cube);
    result.df = (double)(result.cohorts - 1);
    result.p = chi_square_upper(result.h, (uint64_t)(result.cohorts - 1));
    return result;
}
