#include "engine/family_pairs.h"

#include <stdlib.h>

/* --- places --- */

static int run_compare(const struct family_place *x, const struct family_place *y)
{
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return family_sum_compare(&x->of, &y->of);
}

static int place_compare(const void *a, const void *b)
{
    const struct family_place *const x = a, *const y = b;
    const int by_run = run_compare(x, y);
    if (by_run != 0) {
        return by_run;
    }
    return (x->split > y->split) - (x->split < y->split);
}

bool family_pairs_init(struct family_pairs *pairs, const struct family_tally *tally,
                       const uint32_t group_of[], const bool leave_out[], const struct study *study,
                       family_sum_test *wanted)
{
    size_t n = 0;
    *pairs = (struct family_pairs){.places = NULL};
    if (!family_tally_renumber(tally, group_of, leave_out, study, wanted, &pairs->tally)) {
        return false;
    }
    pairs->places = calloc(pairs->tally.n_parts + 1, sizeof *pairs->places);
    if (pairs->places == NULL) {
        family_pairs_free(pairs);
        return false;
    }
    for (size_t i = 0; i < pairs->tally.n_splits; i++) {
        const struct split_family *const split = &pairs->tally.splits[i];
        for (size_t k = 0; k < split->n_parts; k++) {
            pairs->places[n++] = (struct family_place){
                split->of, pairs->tally.parts[split->first_part + k].cohort, i};
        }
    }
    qsort(pairs->places, n, sizeof *pairs->places, place_compare);
    return true;
}

void family_pairs_free(struct family_pairs *pairs)
{
    family_tally_free(&pairs->tally);
    free(pairs->places);
    *pairs = (struct family_pairs){.places = NULL};
}

/* --- looking up --- */

/* The first place that is not before this group and sum. */
static size_t first_place(const struct family_pairs *pairs, const struct family_place *wanted)
{
    size_t low = 0, high = pairs->tally.n_parts;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (run_compare(&pairs->places[middle], wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What a split family has in each of two groups: of either it may be nothing. */
static struct family_pair pair_of(const struct family_tally *tally, size_t split,
                                  const uint32_t groups[2])
{
    const struct split_family *const family = &tally->splits[split];
    struct family_pair pair = {.count = 1};
    for (size_t i = 0; i < family->n_parts; i++) {
        const struct family_part *const part = &tally->parts[family->first_part + i];
        for (size_t k = 0; k < 2; k++) {
            if (part->cohort == groups[k]) {
                pair.members[k] = part->members;
                pair.sum[k] = part->sum;
            }
        }
    }
    return pair;
}

size_t family_pairs_find(const struct family_pairs *pairs, uint32_t first, uint32_t second,
                         const struct family_sum *of, struct family_pair out[])
{
    const uint32_t groups[2] = {first, second};
    const struct family_tally *const tally = &pairs->tally;
    size_t n = 0;
    for (size_t k = 0; k < 2; k++) {
        const struct family_place wanted = {.of = *of, .group = groups[k]};
        const struct family_cell *cells;
        const size_t n_cells = family_tally_run(tally, groups[k], of, &cells);
        for (size_t i = 0; i < n_cells; i++) {
            out[n] = (struct family_pair){.count = cells[i].count};
            out[n].members[k] = cells[i].members;
            out[n++].sum[k] = cells[i].sum;
        }
        for (size_t i = first_place(pairs, &wanted);
             i < tally->n_parts && run_compare(&pairs->places[i], &wanted) == 0; i++) {
            const struct family_pair pair = pair_of(tally, pairs->places[i].split, groups);
            /* One that is in both groups was met in the first. */
            if (k == 0 || pair.members[0] == 0) {
                out[n++] = pair;
            }
        }
    }
    return n;
}

size_t family_pairs_most(const struct family_pairs *pairs)
{
    size_t most = 0, first = 0;
    for (size_t i = 0; i < pairs->tally.n_parts; i++) {
        first = run_compare(&pairs->places[first], &pairs->places[i]) == 0 ? first : i;
        most = i + 1 - first > most ? i + 1 - first : most;
    }
    return 2 * (most + family_tally_most(&pairs->tally));
}
