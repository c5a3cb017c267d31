/* The n-th allocation fails, for every n: reading, running and reporting the awkward study must end
   in a fault for memory, or succeed; never crash, and (under the address sanitizer) never leak.
   Linked with --wrap: libyaml and libcsv are shared libraries and keep their own memory. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include "engine/tables/tables.h"
#include "io/read/recognise.h"
#include "io/run.h"

#define SAMPLES REFERENCE_DIR "/../../data-samples/"

/* ---- allocations that fail ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

/* A test's own state: how many allocations still succeed, and whether all behind that one fail too.
   */
static size_t allocations_left = SIZE_MAX;
static bool failing_on, failed;

static bool may_allocate(void)
{
    if (allocations_left == SIZE_MAX) {
        return true;
    }
    if (allocations_left > 0) {
        allocations_left--;
        return true;
    }
    if (!failing_on) {
        allocations_left = SIZE_MAX;
    }
    failed = true;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return may_allocate() ? __real_realloc(old, size) : NULL;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return may_allocate() ? __real_aligned_alloc(alignment, size) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

static void fail_from(size_t n, bool on)
{
    failing_on = on;
    failed = false;
    allocations_left = n;
}

/* ---- the steps ---- */

struct step {
    const struct plan *plan; /* borrowed, where the step needs it */
    struct run *run;
    struct run_options options;
    const char *path;
};

/* Does one step and frees what it made. */
typedef struct fault step_function(const struct step *step);

static struct fault read_plan(const struct step *step)
{
    const struct plan_options options = {0};
    struct plan plan;
    const struct fault fault = plan_read(step->path, &options, &plan);
    if (fault.code != FAULT_NONE) {
        assert_null(plan.arena.blocks);
    }
    plan_free(&plan);
    return fault;
}

static struct fault run(const struct step *step)
{
    struct run run = {0};
    const struct fault fault = run_study(step->plan, &step->options, &run);
    if (fault.code != FAULT_NONE) { /* empty */
        assert_null(run.plan);
        assert_null(run.pieces);
        assert_null(run.counted.measures);
        assert_null(run.figures.sections);
        assert_int_equal(run.counted.tally.n_cells, 0);
        assert_int_equal(run.listing.n, 0);
        assert_int_equal(run.findings.n_cells, 0);
    }
    run_free(&run);
    return fault;
}

static struct fault make_report(const struct step *step)
{
    struct arena arena = {0};
    struct report report = {0};
    struct warnings warnings = {.arena = &arena};
    bool done;
    /* what was computed last time is there no more */
    if (step->run->figures.study != NULL) {
        figures_free(&step->run->figures);
    }
    const struct fault fault = run_compute(step->run);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    run_warn(step->run, &warnings);
    done = !warnings.no_memory;
    if (done) {
        struct maker maker = {.figures = &step->run->figures,
                              .study = &step->run->plan->study,
                              .counted = &step->run->counted,
                              .warnings = warnings.texts,
                              .n_warnings = warnings.n,
                              .report = &report};
        done = report_make(&maker);
    }
    report_free(&report);
    arena_free(&arena);
    return done ? FAULT_FREE : fault_memory();
}

static struct fault recognise_file(const struct step *step)
{
    const struct instrument_shelf shelf = {0};
    const char *const files[] = {step->path};
    struct arena arena = {0};
    const char *study;
    const struct fault fault = recognise(files, 1, "", &shelf, &arena, &study);
    arena_free(&arena);
    return fault;
}

/* Until the step gets by without the n-th allocation. */
static void fail_each(step_function *function, const struct step *step)
{
    for (int on = 0; on < 2; on++) {
        size_t n = 0;
        do {
            fail_from(n, on == 1);
            const struct fault fault = function(step);
            allocations_left = SIZE_MAX;
            if (fault.code != FAULT_NONE && fault.code != FAULT_MEMORY) {
                fail_msg("allocation %zu: %d %s", n, (int)fault.code, fault.detail);
            }
            if (!failed && fault.code != FAULT_NONE) {
                fail_msg("nothing failed, and yet: %s", fault.detail);
            }
            n++;
        } while (failed);
        assert_true(n > 5); /* or the wrapping does not work */
    }
}

static void test_plan(void **state)
{
    (void)state;
    const struct step step = {.path = SAMPLES "awkward/study.yaml"};
    fail_each(read_plan, &step);
}

/* As a report runs that is printed, as one that is written, and where everything is spilled. */
static const struct run_options ways[] = {{0},
                                          {.list = true, .list_cells = true, .keep_values = true},
                                          {.list = true, .memory = 1, .chunk_bytes = 500}};

static void with_plan(const char *path)
{
    const struct plan_options options = {0};
    const struct run_options run_options = {0};
    struct plan plan;
    struct run whole = {0};
    struct step step = {.plan = &plan, .run = &whole};
    assert_int_equal(plan_read(path, &options, &plan).code, FAULT_NONE);
    for (size_t i = 0; i < COUNT(ways); i++) {
        step.options = ways[i];
        fail_each(run, &step);
    }
    assert_int_equal(run_study(&plan, &run_options, &whole).code, FAULT_NONE);
    fail_each(make_report, &step);
    run_free(&whole);
    plan_free(&plan);
}

static void test_awkward(void **state)
{
    (void)state;
    with_plan(SAMPLES "awkward/study.yaml");
}

static void test_dated(void **state)
{
    (void)state;
    with_plan(SAMPLES "awkward/dated.yaml");
}

/* This file speaks for itself. */
static void test_recognise(void **state)
{
    (void)state;
    const struct step step = {.path = SAMPLES "awkward/dated.csv"};
    fail_each(recognise_file, &step);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_awkward),
        cmocka_unit_test(test_dated),
        cmocka_unit_test(test_recognise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
