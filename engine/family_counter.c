/* engine/family_counter.c - k members whose changes lie between -r and r add up to something between -k r and
   k r, so that the families of k members take 2 k r + 1 cells, and those of 1 to m members stand one
   behind the other. Nothing has to be asked on the way: a family that has nobody for a sum is counted as
   well, in a cell of its own that nobody looks at. */
#include "engine/family_counter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/cohort_room.h"
#include "engine/memory.h"
#include "engine/stage_pairs.h"

/* Families of more members are looked up: they are few. */
#define MOST_MEMBERS ((size_t)4)
/* A table larger than this pays less than looking its few cells up. */
#define MOST_CELLS ((size_t)64 * 1024)

/* What all shares of somebody are, above -1, 4 bits each: they can be added. */
#define SHARE_BITS 4
#define NOT_KNOWN UINT32_MAX
_Static_assert(2 * MOST_MEMBERS < 1u << SHARE_BITS && SHARE_BITS * N_FAMILY_SHARES < 32,
               "the shares of a family's members fit, and leave a number that they are not");

/* A scale: where its cells begin among a cohort's, or NO_OFFSET: for each pair of stages those of its
   changes, then those of each share that the study knows. */
struct counted_scale {
    size_t offset;
    size_t n_outcomes, most_change;
    int32_t *scores; /* owned: of each outcome, above the lowest */
    uint32_t
        *shares; /* owned: [outcome before][after], or NOT_KNOWN yet; 0 where one is no score */
};
#define NO_OFFSET SIZE_MAX

struct family_counter {
    const struct study *study; /* borrowed */
    struct share_rules *rules; /* owned: of each scale */
    struct stage_pair pairs[MOST_PAIRS];
    uint64_t both[MOST_PAIRS]; /* of each pair the bits of its stages */
    size_t n_pairs;
    struct counted_scale *scales; /* owned */
    struct cohort_room cohorts;   /* uint32_t */
    struct family_part *parts;    /* owned: of one family, for one who is looked up */
    size_t parts_capacity;
};

/* --- cells --- */

/* Where the families of k members begin whose sum is 0; and behind those of all numbers of members. That of
   nobody is the first. */
static size_t place_of(size_t most_change, size_t k)
{
    return most_change * k * k + k;
}

static size_t table_cells(size_t most_change)
{
    return place_of(most_change, MOST_MEMBERS) + MOST_MEMBERS * most_change + 1;
}

static size_t scale_cells(const struct family_counter *counter, size_t scale)
{
    size_t n = counter->n_pairs * table_cells(counter->scales[scale].most_change);
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        n += counter->rules[scale].has[share] ? table_cells(1) : 0;
    }
    return n;
}

/* Makes a scale ready for its table, if it can have one. False: no memory. */
static bool plan_scale(struct family_counter *counter, size_t index, size_t *n_cells)
{
    const struct scale *const scale = counter->study->scales[index].scale;
    struct counted_scale *const s = &counter->scales[index];
    *s = (struct counted_scale){.offset = NO_OFFSET, .n_outcomes = N_REASONS + scale->n_values};
    if (scale->kind == SCALE_GOALS || !counter->study->scales[index].collected ||
        scale->n_values == 0 ||
        scale->values[scale->n_values - 1] - scale->values[0] > (int64_t)MOST_CELLS) {
        return true;
    }
    s->most_change = (size_t)(scale->values[scale->n_values - 1] - scale->values[0]);
    if (scale_cells(counter, index) > MOST_CELLS) {
        return true;
    }
    s->scores = calloc(s->n_outcomes, sizeof *s->scores);
    s->shares = calloc(s->n_outcomes * s->n_outcomes, sizeof *s->shares);
    if (s->scores == NULL || s->shares == NULL) {
        return false;
    }
    for (size_t i = N_REASONS; i < s->n_outcomes; i++) {
        s->scores[i] = (int32_t)(scale->values[i - N_REASONS] - scale->values[0]);
        memset(s->shares + i * s->n_outcomes + N_REASONS, 0xff, /* NOT_KNOWN */
               (s->n_outcomes - N_REASONS) * sizeof *s->shares);
    }
    s->offset = *n_cells;
    *n_cells += scale_cells(counter, index);
    return true;
}

struct family_counter *family_counter_new(const struct study *study, size_t room)
{
    struct family_counter *const counter = calloc(1, sizeof *counter);
    size_t n_cells = 0; /* of one cohort */
    bool done;
    if (counter == NULL) {
        return NULL;
    }
    counter->study = study;
    counter->n_pairs = counted_pairs(study, counter->pairs);
    for (size_t i = 0; i < counter->n_pairs; i++) {
        counter->both[i] = UINT64_C(1) << counter->pairs[i].stage | UINT64_C(1)
                                                                        << counter->pairs[i].later;
    }
    counter->rules = share_rules_new(study);
    counter->scales = calloc(study->n_scales + 1, sizeof *counter->scales);
    done = counter->rules != NULL && counter->scales != NULL;
    for (size_t i = 0; i < study->n_scales && done; i++) {
        done = plan_scale(counter, i, &n_cells);
    }
    if (!done) {
        family_counter_free(counter);
        return NULL;
    }
    counter->cohorts = (struct cohort_room){.bytes = n_cells * sizeof(uint32_t), .room = room};
    return counter;
}

void family_counter_free(struct family_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    for (size_t i = 0; counter->scales != NULL && i < counter->study->n_scales; i++) {
        free(counter->scales[i].scores);
        free(counter->scales[i].shares);
    }
    free(counter->scales);
    free(counter->rules);
    free(counter->parts);
    cohort_room_free(&counter->cohorts);
    free(counter);
}

const struct share_rules *family_counter_rules(const struct family_counter *counter, size_t scale)
{
    return &counter->rules[scale];
}

/* --- looked up --- */

/* What the members who have scores at both of two stages give to their family. */
static bool add_pair(struct family_counter *counter, size_t scale, size_t stage, size_t later,
                     const struct member_scores *const members[], size_t n_members,
                     struct family_tally *tally)
{
    const uint64_t both = UINT64_C(1) << stage | UINT64_C(1) << later;
    const int64_t *const values = counter->study->scales[scale].scale->values;
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n_given = 0, n = 0;
    bool done = true;
    for (size_t i = 0; i < n_members; i++) {
        if ((members[i]->stages & both) != both) {
            continue;
        }
        n_given = family_given_by(counter->study, scale, &counter->rules[scale], stage, later,
                                  outcome_score(values, members[i]->at[stage]),
                                  outcome_score(values, members[i]->at[later]), given);
        for (size_t k = 0; k < n_given; k++) {
            counter->parts[k * n_members + n] = (struct family_part){
                .cohort = members[i]->cohort, .members = 1, .sum = given[k].sum};
        }
        n++;
    }
    for (size_t k = 0; k < n_given && n > 0 && done; k++) {
        done = family_tally_add_split(tally, &given[k].of, counter->parts + k * n_members, n);
    }
    return done;
}

static bool look_up(struct family_counter *counter, size_t scale,
                    const struct member_scores *const members[], size_t n,
                    struct family_tally *tally)
{
    bool done = array_grow(&counter->parts, &counter->parts_capacity, MOST_FAMILY_GIVEN * n,
                           sizeof *counter->parts);
    for (size_t i = 0; i < counter->n_pairs && done; i++) {
        done = add_pair(counter, scale, counter->pairs[i].stage, counter->pairs[i].later, members,
                        n, tally);
    }
    return done;
}

/* --- in tables --- */

/* The shares of one member with these scores. */
static uint32_t find_shares(const struct family_counter *counter, size_t scale, outcome before,
                            outcome after)
{
    const struct study *const study = counter->study;
    const int64_t *const values = study->scales[scale].scale->values;
    struct family_given given[MOST_FAMILY_GIVEN];
    const size_t n =
        family_given_by(study, scale, &counter->rules[scale], study->before, study->after,
                        outcome_score(values, before), outcome_score(values, after), given);
    uint32_t shares = 0;
    for (size_t i = 0; i < n; i++) {
        if (given[i].of.later >= FAMILY_SHARE) {
            shares |= (uint32_t)(given[i].sum + 1)
                      << SHARE_BITS * (given[i].of.later - (unsigned)FAMILY_SHARE);
        }
    }
    return shares;
}

static uint32_t shares_of(const struct family_counter *counter, size_t scale,
                          const struct member_scores *member)
{
    const struct counted_scale *const s = &counter->scales[scale];
    const outcome before = member->at[counter->study->before],
                  after = member->at[counter->study->after];
    uint32_t *const shares = &s->shares[before * s->n_outcomes + after];
    if (*shares == NOT_KNOWN) {
        *shares = find_shares(counter, scale, before, after);
    }
    return *shares;
}

/* A family of one cohort, of n members: a constant, so that each number has a loop of its own. */
static inline __attribute__((always_inline)) void add_members(
    const struct family_counter *counter, size_t scale, uint32_t cells[],
    const struct member_scores *const members[], size_t n)
{
    const struct study *const study = counter->study;
    const struct counted_scale *const s = &counter->scales[scale];
    const size_t n_cells = table_cells(s->most_change);
    uint64_t has[MOST_MEMBERS];
    int32_t scores[MOST_MEMBERS][MAX_STAGES];
    uint32_t shares = 0;
    size_t n_shared = 0;
    for (size_t i = 0; i < n; i++) {
        has[i] = members[i]->stages;
        for (size_t stage = 0; stage < study->n_stages; stage++) {
            scores[i][stage] = s->scores[members[i]->at[stage]];
        }
    }
    for (size_t p = 0; p < counter->n_pairs; p++, cells += n_cells) {
        const size_t stage = counter->pairs[p].stage, later = counter->pairs[p].later;
        size_t k = 0;
        int32_t sum = 0;
        for (size_t i = 0; i < n; i++) {
            const int32_t both = (has[i] & counter->both[p]) == counter->both[p];
            k += (size_t)both;
            sum += (scores[i][later] - scores[i][stage]) & -both;
        }
        cells[(ptrdiff_t)place_of(s->most_change, k) + sum]++;
    }
    for (size_t i = 0; i < n; i++) {
        n_shared += has[i] >> study->before & has[i] >> study->after & 1;
        shares += shares_of(counter, scale, members[i]);
    }
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        if (counter->rules[scale].has[share]) {
            /* Each of the members is written down as one more than its share. */
            cells[place_of(1, n_shared) - n_shared +
                  (shares >> SHARE_BITS * share) % (1u << SHARE_BITS)]++;
            cells += table_cells(1);
        }
    }
}

bool family_counter_add(struct family_counter *counter, size_t scale,
                        const struct member_scores *const members[], size_t n,
                        struct family_tally *tally)
{
    uint32_t *cells = NULL;
    bool together = n <= MOST_MEMBERS && counter->scales[scale].offset != NO_OFFSET;
    for (size_t i = 1; i < n && together; i++) {
        together = members[i]->cohort == members[0]->cohort;
    }
    if (together) {
        cells = cohort_room_cells(&counter->cohorts, members[0]->cohort);
    }
    if (cells == NULL) {
        return look_up(counter, scale, members, n, tally);
    }
    cells += counter->scales[scale].offset;
    switch (n) {
    case 1:
        add_members(counter, scale, cells, members, 1);
        break;
    case 2:
        add_members(counter, scale, cells, members, 2);
        break;
    case 3:
        add_members(counter, scale, cells, members, 3);
        break;
    default:
        add_members(counter, scale, cells, members, n);
        break;
    }
    return true;
}

/* --- into the tally --- */

static bool add_table(const struct family_cell *at, size_t most_change, const uint32_t cells[],
                      struct family_tally *tally)
{
    struct family_cell cell = *at;
    for (size_t k = 1; k <= MOST_MEMBERS; k++) {
        const uint32_t *const zero = cells + place_of(most_change, k);
        const int64_t most = (int64_t)(k * most_change);
        cell.members = k;
        for (cell.sum = -most; cell.sum <= most; cell.sum++) {
            cell.count = zero[cell.sum];
            if (cell.count > 0 && !family_tally_add(tally, &cell)) {
                return false;
            }
        }
    }
    return true;
}

/* The shares, which come behind all pairs of the first of their stages. */
static bool add_shares(const struct family_counter *counter, struct family_cell *at,
                       const uint32_t cells[], struct family_tally *tally)
{
    cells += counter->n_pairs * table_cells(counter->scales[at->of.scale].most_change);
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        at->of.later = (uint8_t)(FAMILY_SHARE + share);
        if (!counter->rules[at->of.scale].has[share]) {
            continue;
        }
        if (!add_table(at, 1, cells, tally)) {
            return false;
        }
        cells += table_cells(1);
    }
    return true;
}

static bool finish_scale(const struct family_counter *counter, uint32_t cohort, size_t scale,
                         const uint32_t cells[], struct family_tally *tally)
{
    const size_t most_change = counter->scales[scale].most_change;
    struct family_cell at = {.of.scale = (uint16_t)scale, .cohort = cohort};
    bool done = true;
    for (size_t stage = 0, i = 0; stage < counter->study->n_stages && done; stage++) {
        at.of.stage = (uint8_t)stage;
        for (; i < counter->n_pairs && counter->pairs[i].stage == stage && done; i++) {
            at.of.later = counter->pairs[i].later;
            done = add_table(&at, most_change, cells + i * table_cells(most_change), tally);
        }
        done = done && (stage != counter->study->before || add_shares(counter, &at, cells, tally));
    }
    return done;
}

bool family_counter_finish(struct family_counter *counter, struct family_tally *tally)
{
    bool done = true;
    for (uint32_t cohort = 0; cohort < counter->cohorts.n_cohorts && done; cohort++) {
        const uint32_t *const cells = counter->cohorts.cells[cohort];
        for (size_t i = 0; cells != NULL && i < counter->study->n_scales && done; i++) {
            const size_t offset = counter->scales[i].offset;
            done = offset == NO_OFFSET || finish_scale(counter, cohort, i, cells + offset, tally);
        }
        cohort_room_drop(&counter->cohorts, cohort);
    }
    return done;
}

bool family_counter_merge(struct family_counter *into, struct family_counter *from)
{
    struct cohort_room *const to = &into->cohorts, *const of = &from->cohorts;
    if (!array_grow(&to->cells, &to->n_cohorts, of->n_cohorts, sizeof *to->cells)) {
        return false;
    }
    for (uint32_t cohort = 0; cohort < of->n_cohorts; cohort++) {
        uint32_t *const sums = to->cells[cohort], *const cells = of->cells[cohort];
        if (sums == NULL) {
            to->cells[cohort] = cells;
            of->cells[cohort] = NULL;
        }
        for (size_t i = 0; sums != NULL && cells != NULL && i < to->bytes / sizeof *sums; i++) {
            sums[i] += cells[i];
        }
        cohort_room_drop(of, cohort);
    }
    return true;
}
