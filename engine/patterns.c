/* engine/patterns.c - a table of open addressing, whose slots hold the place of a pattern + 1. */
#include "engine/patterns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"

#define FEWEST_SLOTS 64

size_t pattern_n_stages(unsigned stages)
{
    return (size_t)__builtin_popcount(stages);
}

size_t pattern_n_terms(unsigned stages)
{
    const size_t m = pattern_n_stages(stages);
    return m + m * (m + 1) / 2;
}

/* The three numbers side by side, in the order of the list. */
static uint64_t key_of(uint32_t cohort, uint16_t scale, uint16_t stages)
{
    return (uint64_t)cohort << 32 | (uint64_t)scale << 16 | stages;
}

static uint64_t key_at(const struct patterns *patterns, size_t i)
{
    const struct pattern *const p = &patterns->list[i];
    return key_of(p->cohort, p->scale, p->stages);
}

/* The slot of a key, or the free one where it belongs. There is always a free one. */
static size_t slot_of(const struct patterns *patterns, uint64_t key)
{
    /* Fibonacci hashing: the upper bits of the product depend on all of the key. */
    size_t slot = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (patterns->n_slots - 1);
    while (patterns->slots[slot] != 0 && key_at(patterns, patterns->slots[slot] - 1) != key) {
        slot = (slot + 1) & (patterns->n_slots - 1);
    }
    return slot;
}

/* Slots for one pattern more than there are, at the most half of them taken. */
static bool reach_slots(struct patterns *patterns)
{
    size_t n = patterns->n_slots == 0 ? FEWEST_SLOTS : patterns->n_slots;
    uint32_t *slots;
    if (patterns->n_slots > 2 * patterns->n) {
        return true;
    }
    while (n <= 2 * patterns->n) {
        n *= 2;
    }
    slots = calloc(n, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(patterns->slots);
    patterns->slots = slots;
    patterns->n_slots = n;
    for (size_t i = 0; i < patterns->n; i++) {
        slots[slot_of(patterns, key_at(patterns, i))] = (uint32_t)i + 1;
    }
    return true;
}

/* The pattern with this key, of nobody where it is new. NULL: no memory. */
static struct pattern *reach(struct patterns *patterns, uint32_t cohort, uint16_t scale,
                             uint16_t stages)
{
    const size_t n_terms = pattern_n_terms(stages);
    struct pattern *pattern;
    size_t slot;
    if (!reach_slots(patterns)) {
        return NULL;
    }
    slot = slot_of(patterns, key_of(cohort, scale, stages));
    if (patterns->slots[slot] != 0) {
        return &patterns->list[patterns->slots[slot] - 1];
    }
    if (patterns->n == UINT32_MAX ||
        !array_grow(&patterns->list, &patterns->capacity, patterns->n + 1,
                    sizeof *patterns->list) ||
        !array_grow(&patterns->terms, &patterns->terms_capacity, patterns->n_terms + n_terms,
                    sizeof *patterns->terms)) {
        return NULL;
    }
    pattern = &patterns->list[patterns->n++];
    *pattern = (struct pattern){
        .cohort = cohort, .scale = scale, .stages = stages, .terms = patterns->n_terms};
    patterns->n_terms += n_terms;
    patterns->slots[slot] = (uint32_t)patterns->n;
    return pattern;
}

bool patterns_add_people(struct patterns *patterns, uint32_t cohort, size_t scale, unsigned stages,
                         size_t n, const int64_t scores[])
{
    const size_t m = pattern_n_stages(stages);
    struct pattern *const pattern = reach(patterns, cohort, (uint16_t)scale, (uint16_t)stages);
    int128 *sums;
    assert(stages != 0 && stages < 1u << MODEL_STAGES);
    if (pattern == NULL) {
        return false;
    }
    pattern->n += n;
    sums = patterns->terms + pattern->terms;
    for (size_t i = 0; i < n; i++, scores += m) {
        int128 *products = sums + m;
        for (size_t a = 0; a < m; a++) {
            sums[a] += scores[a];
            for (size_t b = 0; b <= a; b++) {
                *products++ += (int128)scores[a] * scores[b];
            }
        }
    }
    return true;
}

bool patterns_add(struct patterns *patterns, uint32_t cohort, size_t scale, unsigned stages,
                  const int64_t scores[])
{
    return patterns_add_people(patterns, cohort, scale, stages, 1, scores);
}

bool patterns_add_sums(struct patterns *patterns, const struct pattern *pattern,
                       const int128 terms[])
{
    struct pattern *const to = reach(patterns, pattern->cohort, pattern->scale, pattern->stages);
    const size_t n_terms = pattern_n_terms(pattern->stages);
    if (to == NULL) {
        return false;
    }
    to->n += pattern->n;
    for (size_t i = 0; i < n_terms; i++) {
        patterns->terms[to->terms + i] += terms[i];
    }
    return true;
}

bool patterns_add_pair_sums(struct patterns *patterns, uint32_t cohort, size_t scale,
                            const struct pair_sums *sums)
{
    bool done = true;
    for (unsigned stages = 1; stages < 4 && done; stages++) {
        const struct pattern pattern = {.cohort = cohort,
                                        .scale = (uint16_t)scale,
                                        .stages = (uint16_t)stages,
                                        .n = sums->n[stages]};
        done = pattern.n == 0 || patterns_add_sums(patterns, &pattern, sums->terms[stages]);
    }
    return done;
}

bool patterns_add_pair(struct patterns *patterns, uint32_t cohort, size_t scale, tally_code first,
                       tally_code second, uint64_t n)
{
    struct pair_sums sums = {0};
    pair_sums_add(&sums, first, second, n);
    return patterns_add_pair_sums(patterns, cohort, scale, &sums);
}

bool patterns_merge(struct patterns *into, const struct patterns *from, const uint32_t group_of[])
{
    for (size_t i = 0; i < from->n; i++) {
        struct pattern pattern = from->list[i];
        pattern.cohort = group_of == NULL ? pattern.cohort : group_of[pattern.cohort];
        if (!patterns_add_sums(into, &pattern, from->terms + pattern.terms)) {
            return false;
        }
    }
    return true;
}

static int pattern_compare(const void *a, const void *b)
{
    const struct pattern *const x = a, *const y = b;
    const uint64_t key_x = key_of(x->cohort, x->scale, x->stages);
    const uint64_t key_y = key_of(y->cohort, y->scale, y->stages);
    return (key_x > key_y) - (key_x < key_y);
}

/* What is known of each group while patterns are listed by group. */
struct group_place {
    size_t place; /* of its next pattern */
    uint32_t cohort;
};

/* Is each group of one cohort? Counts their patterns. */
static bool count_groups(const struct patterns *patterns, const uint32_t group_of[],
                         struct group_place groups[])
{
    bool single = true;
    for (size_t i = 0; i < patterns->n; i++) {
        const uint32_t cohort = patterns->list[i].cohort;
        struct group_place *const group = &groups[group_of[cohort]];
        single = single && (group->place == 0 || group->cohort == cohort);
        group->cohort = cohort;
        group->place++;
    }
    return single;
}

/* Patterns of groups that are one cohort each are in order group by group. */
static void list_by_group(const struct patterns *patterns, const uint32_t group_of[],
                          struct group_place groups[], size_t n_groups, struct pattern list[])
{
    size_t sum = 0;
    for (size_t group = 0; group < n_groups; group++) {
        const size_t count = groups[group].place;
        groups[group].place = sum;
        sum += count;
    }
    for (size_t i = 0; i < patterns->n; i++) {
        const uint32_t group = group_of[patterns->list[i].cohort];
        struct pattern *const to = &list[groups[group].place++];
        *to = patterns->list[i];
        to->cohort = group;
    }
}

bool patterns_coarsen(const struct patterns *patterns, const uint32_t group_of[],
                      struct patterns *out)
{
    struct group_place *groups;
    size_t n_groups = 0;
    bool done;
    *out = (struct patterns){0};
    for (size_t i = 0; i < patterns->n; i++) {
        const size_t group = group_of[patterns->list[i].cohort];
        n_groups = group < n_groups ? n_groups : group + 1;
    }
    groups = calloc(n_groups + 1, sizeof *groups);
    if (groups == NULL) {
        return false;
    }
    if (count_groups(patterns, group_of, groups)) {
        done = array_grow(&out->list, &out->capacity, patterns->n, sizeof *out->list);
        if (done) {
            list_by_group(patterns, group_of, groups, n_groups, out->list);
            out->n = patterns->n;
            out->terms = patterns->terms;
            out->n_terms = patterns->n_terms;
        }
    } else {
        done = patterns_merge(out, patterns, group_of);
    }
    free(groups);
    if (done) {
        patterns_sort(out);
    } else {
        patterns_free(out);
    }
    return done;
}

void patterns_sort(struct patterns *patterns)
{
    bool in_order = true;
    for (size_t i = 1; i < patterns->n && in_order; i++) {
        in_order = key_at(patterns, i - 1) < key_at(patterns, i);
    }
    if (!in_order) {
        qsort(patterns->list, patterns->n, sizeof *patterns->list, pattern_compare);
    }
    array_cut(&patterns->terms, &patterns->terms_capacity, patterns->n_terms,
              sizeof *patterns->terms);
    /* They named places that are others now; and what is in order is found without them. */
    free(patterns->slots);
    patterns->slots = NULL;
    patterns->n_slots = 0;
}

const struct pattern *patterns_find(const struct patterns *patterns, uint32_t cohort, size_t scale,
                                    size_t *n)
{
    const uint64_t first = key_of(cohort, (uint16_t)scale, 0);
    size_t low = 0, high = patterns->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (key_at(patterns, middle) < first) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *n = 0;
    while (low + *n < patterns->n && key_at(patterns, low + *n) >> 16 == first >> 16) {
        (*n)++;
    }
    return *n == 0 ? NULL : patterns->list + low;
}

struct score_pattern pattern_scores(const struct patterns *patterns, const struct pattern *pattern)
{
    const int128 *const sums = patterns->terms + pattern->terms;
    return (struct score_pattern){.stages = pattern->stages,
                                  .n = pattern->n,
                                  .sums = sums,
                                  .products = sums + pattern_n_stages(pattern->stages)};
}

void patterns_free(struct patterns *patterns)
{
    free(patterns->list);
    if (patterns->terms_capacity > 0) {
        free(patterns->terms);
    }
    free(patterns->slots);
    *patterns = (struct patterns){0};
}
