/* tests/fuzz/fuzz_study.c - a study file of any bytes is a plan or a fault: with a place in the file,
   one line, nothing leaked, and a plan that holds what plan.h promises. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/plan.h"

/* assert() would go with NDEBUG */
#define REQUIRE(condition)                                                                \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

static void check_fault(const struct fault *fault)
{
    REQUIRE(fault->code == FAULT_SYNTAX || fault->code == FAULT_CONTENT);
    REQUIRE(strcmp(fault->file, "fuzz.yaml") == 0);
    REQUIRE(fault->row > 0 && fault->column > 0);
    REQUIRE(fault->detail[0] != '\0' && strlen(fault->detail) < sizeof fault->detail);
}

static void check_source(const struct study *study, const struct source *source)
{
    REQUIRE(source->path != NULL && source->name != NULL && source->n_informants > 0);
    REQUIRE(source->separator == '\0' || strchr(",;\t", source->separator) != NULL);
    for (size_t i = 0; i < source->n_informants; i++) {
        REQUIRE(source->informants[i].measure < study->n_measures);
        REQUIRE(source->informants[i].instrument != NULL);
    }
    for (size_t i = 0; i < MAX_GROUPS * study->n_stages; i++) {
        for (size_t j = 0; j < source->items[i].n; j++) {
            REQUIRE(source->items[i].names[j].text != NULL);
        }
    }
    for (size_t i = 0; i < study->n_cohort_columns; i++) {
        REQUIRE(source->cohorts[i].text != NULL);
    }
}

static void check_plan(const struct plan *plan)
{
    const struct study *const study = &plan->study;
    REQUIRE(study->n_stages > 0 && study->n_stages <= MAX_STAGES && plan->n_sources > 0);
    REQUIRE(study->before < study->n_stages && study->after < study->n_stages);
    REQUIRE(study->n_stages == 1 || study->before < study->after);
    REQUIRE(study->n_breakdowns > 0 && study->breakdowns[0].n_columns == 0);
    for (size_t i = 0; i < study->n_stages; i++) {
        REQUIRE(plan_stage(plan, study->stages[i].name) == i);
        REQUIRE(!study->stages[i].has_window ||
                (study->stages[i].anchor < i &&
                 study->stages[i].window_first <= study->stages[i].window_last));
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        REQUIRE(study->measures[i].join < study->n_joins);
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        check_source(study, &plan->sources[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct plan_options options = {.n_breakdowns = 0};
    struct plan plan;
    const struct fault fault =
        plan_parse("fuzz.yaml", "folder/", (const char *)data, size, &options, &plan);

    if (fault.code != FAULT_NONE) {
        check_fault(&fault);
        return 0;
    }
    check_plan(&plan);
    plan_free(&plan);
    return 0;
}
