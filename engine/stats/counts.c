#include "engine/stats/counts.h"

#include <stdbool.h>
#include <string.h>

/* Up to this many are sorted faster by moving each to its place. */
#define FEW_SCORES 64

/* Scores that lie so close together have a bin for each number between the least and the greatest. */
#define MOST_BINS 4096

static void sort_few(struct score_count scores[], size_t n)
{
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

static size_t byte_of(const struct score_count *score, unsigned shift)
{
    return ((uint64_t)score->score ^ UINT64_C(1) << 63) >> shift & 0xff; /* the least becomes 0 */
}

/* Sorts by the byte at `shift` and those below it, where they stand: each goes to the part of its byte,
   from which another has to leave. What is above is equal. */
static void sort_by_bytes(struct score_count scores[], size_t n, unsigned shift)
{
    size_t next[256], end[256] = {0}, at = 0;
    for (size_t i = 0; i < n; i++) {
        end[byte_of(&scores[i], shift)]++;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        next[byte] = at;
        at += end[byte];
        end[byte] = at;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        while (next[byte] < end[byte]) {
            const struct score_count moved = scores[next[byte]];
            const size_t to = byte_of(&moved, shift);
            scores[next[byte]] = scores[next[to]];
            scores[next[to]++] = moved;
        }
    }
    for (size_t byte = 0, first = 0; byte < 256 && shift > 0; first = end[byte++]) {
        if (end[byte] - first > FEW_SCORES) {
            sort_by_bytes(scores + first, end[byte] - first, shift - 8);
        } else {
            sort_few(scores + first, end[byte] - first);
        }
    }
}

/* `least` and `greatest` are among them: what these have in common, all have. */
static void sort_scores(struct score_count scores[], size_t n, int64_t least, int64_t greatest)
{
    const uint64_t differ = (uint64_t)least ^ (uint64_t)greatest;
    if (n > FEW_SCORES && differ != 0) {
        sort_by_bytes(scores, n, (63 - (unsigned)__builtin_clzll(differ)) / 8 * 8);
    } else {
        sort_few(scores, n);
    }
}

/* Bins that are not worth their room: so many for each score. */
#define BINS_EACH 16

/* The same as gather(), of n > 0 scores that lie between `least` and the `n_bins` - 1 next. */
static size_t gather_bins(struct score_count scores[], size_t n, int64_t least, size_t n_bins)
{
    uint64_t counts[MOST_BINS], filled[MOST_BINS / 64];
    const size_t n_words = (n_bins + 63) / 64;
    size_t n_kept = 0;
    memset(counts, 0, n_bins * sizeof *counts);
    memset(filled, 0, n_words * sizeof *filled);
    for (size_t i = 0; i < n; i++) {
        const size_t bin = (size_t)(scores[i].score - least);
        counts[bin] += scores[i].count;
        filled[bin / 64] |= (uint64_t)1 << bin % 64;
    }
    for (size_t word = 0; word < n_words; word++) {
        for (uint64_t left = filled[word]; left != 0; left &= left - 1) {
            const size_t bin = word * 64 + (size_t)__builtin_ctzll(left);
            scores[n_kept++] = (struct score_count){least + (int64_t)bin, counts[bin]};
        }
    }
    return n_kept;
}

/* Makes one of equal scores that stand beside each other. */
static size_t join_equal(struct score_count scores[], size_t n)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_kept > 0 && scores[n_kept - 1].score == scores[i].score) {
            scores[n_kept - 1].count += scores[i].count;
        } else {
            scores[n_kept++] = scores[i];
        }
    }
    return n_kept;
}

/* Sorts by score, where not yet sorted, and makes one of equal scores. Returns how many remain. */
static size_t gather(struct score_count scores[], size_t n)
{
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        sorted = sorted && (i == 0 || scores[i - 1].score <= scores[i].score);
        least = scores[i].score < least ? scores[i].score : least;
        greatest = scores[i].score > greatest ? scores[i].score : greatest;
    }
    if (!sorted && (uint64_t)greatest - (uint64_t)least < MOST_BINS &&
        (uint64_t)(greatest - least) < BINS_EACH * n) {
        return gather_bins(scores, n, least, (size_t)(greatest - least) + 1);
    }
    if (!sorted) {
        sort_scores(scores, n, least, greatest);
    }
    return join_equal(scores, n);
}

/* Pairs ascend by `before`. */
size_t joint_before(const struct joint *joint, struct score_count out[])
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        out[i] = (struct score_count){joint->pairs[i].before, joint->pairs[i].count};
    }
    return join_equal(out, joint->n_pairs);
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
