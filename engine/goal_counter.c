/* engine/goal_counter.c - see goal_counter.h. Respondents come cohort by cohort, so that one cohort's table
   stays near the processor. */
#include "engine/goal_counter.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/memory.h"

/* So much is kept before it goes into the tally. */
#define ROOM ((size_t)6 * 1024 * 1024)
#define MOST_NUMBERS ((size_t)1 << 16)
/* One respondent brings a few for each pair of stages at most, before that is looked at. */
_Static_assert(MOST_NUMBERS + (size_t)16 * MAX_STAGES < 1 << NUMBER_BITS, "numbers fit");

void goal_counter_free(struct goal_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    for (size_t i = 0; i < counter->keys.n_cohorts; i++) {
        key_table_free(&counter->keys.cohorts[i]);
    }
    free(counter->keys.cohorts);
    key_table_free(&counter->sums);
    free(counter->keys.codes);
    free(counter->levels);
    free(counter->changes);
    free(counter);
}

/* Reasons are their own numbers. */
static bool begin_codes(struct goal_counter *counter)
{
    key_table_free(&counter->sums);
    if (!array_grow(&counter->keys.codes, &counter->keys.codes_capacity, N_REASONS,
                    sizeof *counter->keys.codes)) {
        return false;
    }
    for (counter->keys.n_codes = 0; counter->keys.n_codes < N_REASONS; counter->keys.n_codes++) {
        counter->keys.codes[counter->keys.n_codes] = TALLY_REASON(counter->keys.n_codes);
    }
    return true;
}

struct goal_counter *goal_counter_new(const struct study *study)
{
    struct goal_counter *const counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        return NULL;
    }
    counter->keys.study = study;
    counter->cohort = NO_COHORT;
    counter->levels = calloc(study->n_stages * N_GOAL_LEVELS + 1, sizeof *counter->levels);
    counter->changes =
        calloc(study->n_stages * N_GOAL_LEVELS * N_GOAL_LEVELS + 1, sizeof *counter->changes);
    if (counter->levels == NULL || counter->changes == NULL || !begin_codes(counter)) {
        goal_counter_free(counter);
        return NULL;
    }
    return counter;
}

/* --- what is counted --- */

static inline struct key_table *table_now(struct goal_counter *counter)
{
    return &counter->keys.cohorts[counter->cohort];
}

bool goal_counter_pour(struct goal_counter *counter)
{
    struct key_table *const table = table_now(counter);
    bool done = true;
    for (size_t i = 0; i < counter->n_waiting && table->n > 0; i++) {
        key_table_ask(table, counter->waiting[i].key);
    }
    for (size_t i = 0; i < counter->n_waiting && done; i++) {
        done = key_table_add(table, counter->waiting[i].key, counter->waiting[i].value);
    }
    counter->n_waiting = 0;
    return done;
}

static bool pour_recent(struct goal_counter *counter)
{
    bool done = true;
    for (size_t i = 0; i < (size_t)1 << RECENT_KEY_BITS && done; i++) {
        struct key_entry *const recent = &counter->recent[i];
        done = recent->key == 0 || goal_counter_wait(counter, recent->key, recent->value);
        *recent = (struct key_entry){0};
    }
    return done && goal_counter_pour(counter);
}

/* Adds what was counted by place to the table of the cohort. */
static bool pour(struct key_table *table, uint64_t key, uint64_t *count)
{
    const bool done = *count == 0 || key_table_add(table, key, *count);
    *count = 0;
    return done;
}

/* Brings all that was counted of the cohort into its table. */
static bool pour_all(struct goal_counter *counter)
{
    const struct study *const study = counter->keys.study;
    const size_t n_levels = study->n_stages * N_GOAL_LEVELS;
    struct key_table *const table = counter->cohort == NO_COHORT ? NULL : table_now(counter);
    bool done = table == NULL || pour_recent(counter);
    for (size_t i = 0; table != NULL && i < n_levels && done; i++) {
        done = pour(table, key_of_level(i / N_GOAL_LEVELS, LATER_ONE_STAGE, i % N_GOAL_LEVELS, 0),
                    &counter->levels[i]);
    }
    for (size_t i = 0; table != NULL && i < n_levels * N_GOAL_LEVELS && done; i++) {
        const size_t later = i / N_GOAL_LEVELS / N_GOAL_LEVELS;
        done = pour(table,
                    key_of_level(later == 0 ? study->before : later - 1,
                                 later == 0 ? study->after : later,
                                 i / N_GOAL_LEVELS % N_GOAL_LEVELS, i % N_GOAL_LEVELS),
                    &counter->changes[i]);
    }
    return done;
}

bool goal_counter_begin(struct goal_counter *counter, uint32_t cohort, size_t first_scale,
                        struct tally *tally, struct family_tally *families)
{
    if (counter->cohort == cohort && counter->keys.first_scale == first_scale &&
        counter->keys.n_codes < MOST_NUMBERS) {
        return true;
    }
    if (!pour_all(counter)) {
        return false;
    }
    counter->n_entries += counter->cohort == NO_COHORT ? 0 : table_now(counter)->n;
    if (counter->keys.first_scale != first_scale || counter->keys.n_codes >= MOST_NUMBERS ||
        (counter->n_entries + counter->sums.n) * sizeof(struct key_entry) > ROOM) {
        if (!goal_counter_finish(counter, tally, families)) {
            return false;
        }
    }
    if (!array_grow(&counter->keys.cohorts, &counter->keys.n_cohorts, (size_t)cohort + 1,
                    sizeof *counter->keys.cohorts)) {
        return false;
    }
    counter->cohort = cohort;
    counter->keys.first_scale = first_scale;
    /* It will be counted again, with what it grew by. */
    counter->n_entries -= table_now(counter)->n;
    return true;
}

/* The number of a code, new if need be. */
static bool number_of(struct goal_counter *counter, tally_code code, uint32_t *number)
{
    const uint64_t key = GOAL_SUMS_END | ((uint64_t)code & ~GOAL_SUMS_END);
    struct key_entry *entry;
    assert((int64_t)((uint64_t)code << 4) >> 4 == code);
    if (goal_counter_known(counter, key, number)) {
        return true;
    }
    if (!array_grow(&counter->keys.codes, &counter->keys.codes_capacity, counter->keys.n_codes + 1,
                    sizeof *counter->keys.codes)) {
        return false;
    }
    entry = key_table_enter(&counter->sums, key);
    if (entry == NULL) {
        return false;
    }
    entry->value = *number = (uint32_t)counter->keys.n_codes;
    counter->keys.codes[counter->keys.n_codes++] = code;
    return true;
}

bool goal_counter_learn(struct goal_counter *counter, uint64_t sums, tally_code code,
                        uint32_t *number)
{
    assert(sums < GOAL_SUMS_END);
    return number_of(counter, code, number) &&
           (sums == 0 || key_table_add(&counter->sums, sums, *number));
}

bool goal_counter_share(struct goal_counter *counter, const struct goal_share *share,
                        struct family_tally *families)
{
    uint64_t key = KEY_SHARES;
    key = key << (KEY_KIND_SHIFT - 32 - DIMENSION_BITS - 2 * N_GOAL_OCCASIONS * SHARE_BITS);
    key = key << DIMENSION_BITS | (share->of.later - (unsigned)FAMILY_ATTAINED);
    key = key << 32 | share->of.about;
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        if (share->n[i] >> SHARE_BITS != 0) { /* so many are none's but a file's with one id */
            return goal_share_add(share, counter->cohort, 1, families);
        }
        key = (key << SHARE_BITS | share->n[i]) << SHARE_BITS | share->attained[i];
    }
    return goal_counter_again(counter, key);
}

bool goal_counter_change(struct goal_counter *counter, uint64_t n, int64_t sum,
                         struct family_tally *families)
{
    /* A change is at most 8 halves, so that the sum has four bits more than the number, one of them for
       its sign. */
    const uint64_t limit = UINT64_C(1) << (CHANGE_BITS - 5);
    if (n >= limit) {
        return goal_change_add(&counter->keys, counter->cohort, n, sum, 1, families);
    }
    return goal_counter_again(counter, (uint64_t)KEY_CHANGE << KEY_KIND_SHIFT | n << CHANGE_BITS |
                                           (uint64_t)(sum + (INT64_C(1) << (CHANGE_BITS - 1))));
}

bool goal_counter_finish(struct goal_counter *counter, struct tally *tally,
                         struct family_tally *families)
{
    const bool done = pour_all(counter) && goal_cells_make(&counter->keys, tally, families);
    counter->cohort = NO_COHORT;
    counter->n_entries = 0;
    return done && begin_codes(counter);
}
