/* engine/compute_bootstrap.c - where the chance of a bootstrap comes from: the study's seed and the
   names of what is drawn from. Not from places in lists, nor from what was drawn before, so that a
   figure is the same whatever else the study has, on any number of threads and in any merge. */
#include "engine/compute_work.h"

#include <math.h>
#include <string.h>

#include "engine/stats/bootstrap.h"

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t n)
{
    const unsigned char *const b = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ b[i]) * UINT32_C(16777619);
    }
    return hash;
}

/* With its NUL, so that "a", "bc" is not "ab", "c". */
static uint32_t hash_text(uint32_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

/* Of the seed, the instrument, the scale, the cohort columns and the cohort, in this order. */
static uint32_t seed_of(const struct work *work)
{
    const struct study *const study = work->study;
    const struct figure_key *const key = &work->key;
    const struct breakdown *const by = &study->breakdowns[key->breakdown];
    const uint32_t seed = study->bootstrap.seed;
    const unsigned char bytes[] = {(unsigned char)seed, (unsigned char)(seed >> 8),
                                   (unsigned char)(seed >> 16), (unsigned char)(seed >> 24)};
    uint32_t hash = hash_bytes(UINT32_C(2166136261), bytes, sizeof bytes);
    hash = hash_text(hash, study->measures[key->measure].label);
    hash = hash_text(hash, study->scales[key->scale].scale->name);
    for (size_t i = 0; i < by->n_columns; i++) {
        hash = hash_text(hash, study->cohort_columns[by->columns[i]]);
    }
    return hash_text(hash, work->figures->comparisons[key->breakdown].grouping.labels[key->group]);
}

void compute_bootstrap(struct work *work, const struct distribution *changes)
{
    const size_t replicates = work->study->bootstrap.replicates;
    struct interval ends;
    if (replicates == 0) {
        return;
    }
    gsl_rng_set(work->random, seed_of(work));
    ends = bootstrap_mean(changes, replicates, work->random, work->replicates);
    work_add(work, STATISTIC_BOOT_REPLICATES,
             isnan(ends.low) ? VALUE_NONE : value_count((int64_t)replicates));
    work_add(work, STATISTIC_BOOT_CI_LOW, value_double(ends.low));
    work_add(work, STATISTIC_BOOT_CI_HIGH, value_double(ends.high));
}
