/* bench/bench_scoring.c - what scoring and checking cost: nanoseconds a form, the least of many
   runs over the same pseudo-random forms, of which 1 answer in 50 is missing.

   usage: bench_scoring */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "engine/item_checks.h"
#include "io/read/instrument.h"
#include "scales/forms.h"

#define N_RUNS 1500  /* of which the least counts: the others were disturbed */
#define N_BATCHES 12 /* in a run: more than a branch predictor learns by heart, within the cache */

/* All that is measured of one instrument under one rule. */
struct bench {
    struct arena arena;
    const struct instrument *instrument;
    void *tables_memory;
    const struct scoring_tables *tables;
    struct answer_columns columns[N_BATCHES];
    answer (*forms)[MAX_GROUPS][MAX_ITEMS]; /* the same answers, N_BATCHES * BATCH_FORMS forms */
    struct scored_columns scored[N_BATCHES];
    struct measure measure;
    struct study_scale study_scales[MAX_SCALES];
    struct study study;
    struct item_checks checks;
    uint64_t seen; /* so that nothing is left out as unused */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* splitmix64, by Vigna */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void *room(size_t n, size_t size)
{
    void *const memory = calloc(n, size);
    if (memory == NULL) {
        fputs("bench_scoring: no memory\n", stderr);
        exit(1);
    }
    return memory;
}

static void fill(struct bench *b)
{
    uint64_t draws = 0;
    b->forms = room((size_t)N_BATCHES * BATCH_FORMS, sizeof *b->forms);
    for (size_t k = 0; k < N_BATCHES; k++) {
        for (size_t g = 0; g < b->instrument->n_groups; g++) {
            const struct item_group *const group = &b->instrument->groups[g];
            const uint64_t n_codes = (uint64_t)(group->highest - group->lowest) + 1;
            b->columns[k].answers[g] = room(group->n_items * BATCH_FORMS, sizeof(answer));
            for (size_t at = 0; at < group->n_items * BATCH_FORMS; at++) {
                const uint64_t draw = mix(draws++);
                const int code = group->lowest + (int)(draw / 4096 % n_codes);
                const answer a = (answer)(draw / 64 % 50 == 0 ? ANSWER_MISSING : code);
                b->columns[k].answers[g][at] = a;
                b->forms[k * BATCH_FORMS + at % BATCH_FORMS][g][at / BATCH_FORMS] = a;
            }
        }
    }
}

static void bench_open(struct bench *b, const char *name, const char *rule)
{
    const struct instrument_shelf shelf = {0};
    const struct fault fault = instrument_load(&shelf, name, rule, &b->arena, &b->instrument);
    if (fault.code != FAULT_NONE) {
        fprintf(stderr, "bench_scoring: %s\n", fault.detail);
        exit(1);
    }
    b->tables_memory = room(1, scoring_tables_size(b->instrument));
    b->tables = scoring_tables_build(b->instrument, b->tables_memory);
    b->measure = (struct measure){.label = name, .instrument = b->instrument};
    for (size_t i = 0; i < b->instrument->n_scales; i++) {
        b->study_scales[i].scale = &b->instrument->scales[i];
    }
    b->study = (struct study){.measures = &b->measure,
                              .n_measures = 1,
                              .scales = b->study_scales,
                              .n_scales = b->instrument->n_scales};
    if (!item_checks_init(&b->checks, &b->study)) {
        fputs("bench_scoring: no memory\n", stderr);
        exit(1);
    }
    fill(b);
}

static void bench_close(struct bench *b)
{
    for (size_t k = 0; k < N_BATCHES; k++) {
        for (size_t g = 0; g < MAX_GROUPS; g++) {
            free(b->columns[k].answers[g]);
        }
    }
    item_checks_free(&b->checks);
    free(b->forms);
    free(b->tables_memory);
    arena_free(&b->arena);
}

static void score_one_by_one(struct bench *b)
{
    for (size_t i = 0; i < (size_t)N_BATCHES * BATCH_FORMS; i++) {
        struct answers answers = {{NULL}};
        struct scored scored[MAX_SCALES];
        for (size_t g = 0; g < b->instrument->n_groups; g++) {
            answers.groups[g] = b->forms[i][g];
        }
        instrument_score(b->instrument, &answers, scored);
        b->seen += scored[0].outcome + answers_count(b->instrument, &answers);
    }
}

static void score_columns(struct bench *b)
{
    for (size_t k = 0; k < N_BATCHES; k++) {
        forms_score(b->instrument, b->tables, &b->columns[k], BATCH_FORMS, &b->scored[k]);
        b->seen += scored_outcome(&b->scored[k], 0, k);
    }
}

static void score_columns_without_tables(struct bench *b)
{
    for (size_t k = 0; k < N_BATCHES; k++) {
        forms_score(b->instrument, NULL, &b->columns[k], BATCH_FORMS, &b->scored[k]);
        b->seen += scored_outcome(&b->scored[k], 0, k);
    }
}

static void check_columns(struct bench *b)
{
    for (size_t k = 0; k < N_BATCHES; k++) {
        item_checks_add_forms(&b->checks, 0, &b->columns[k], &b->scored[k], NULL, BATCH_FORMS);
    }
}

static double ns_a_form(struct bench *b, void (*what)(struct bench *))
{
    double least = INFINITY;
    for (int run = 0; run < N_RUNS; run++) {
        const double start = now();
        what(b);
        const double taken = now() - start;
        least = taken < least ? taken : least;
    }
    return least / (double)(N_BATCHES * BATCH_FORMS);
}

int main(void)
{
    static const char *const cases[][2] = {{"wemwbs", "discount"},
                                           {"wemwbs", "published"},
                                           {"sdq-parent", "discount"},
                                           {"sdq-parent", "published"}};
    uint64_t seen = 0;
    puts("ns a form               instrument_score  forms_score  (no tables)  item_checks");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *const b = room(1, sizeof *b);
        bench_open(b, cases[i][0], cases[i][1]);
        const double forms = ns_a_form(b, score_one_by_one);
        const double without = ns_a_form(b, score_columns_without_tables);
        const double columns = ns_a_form(b, score_columns);
        const double checks = ns_a_form(b, check_columns);
        printf("%-11s %-11s %16.1f %12.1f %12.1f %12.1f\n", cases[i][0], cases[i][1], forms,
               columns, without, checks);
        seen += b->seen;
        bench_close(b);
        free(b);
    }
    return seen == 0; /* which it never is */
}
