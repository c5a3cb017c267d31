/* tests/fuzz/fuzz_tally.c - whatever stands in a tally with a right checksum, it is refused with a
   place or merged: then everything that a report is made of is computed from it, whose asserts are
   the oracle, and written again as a tally it is read again as the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/compute.h"
#include "engine/join_checks.h"
#include "engine/tables/tables.h"
#include "io/read/description.h"
#include "io/read/tally_file.h"
#include "io/tally_format.h"
#include "io/write/tally_file.h"

/* assert() would go with NDEBUG */
#define REQUIRE(condition)                                                                \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

/* The bytes with the checksum that they need behind them. */
static char *sign(const uint8_t *data, size_t size, size_t *n)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    const bool has_end = size > 0 && data[size - 1] == '\n';
    char *const text = malloc(size + 100);
    REQUIRE(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\n';
    size += has_end ? 0 : 1;
    SHA256Data((const uint8_t *)text, size, digest);
    *n = size + (size_t)snprintf(text + size, 100, "%s%s\n", TALLY_CHECKSUM, digest);
    return text;
}

static struct fault read_one(const char *bytes, size_t n, struct tallies *tallies)
{
    const struct instrument_shelf shelf = {0};
    struct tally_text text;
    struct fault fault = tally_text_copy("fuzz.csv", bytes, n, &text);
    *tallies = (struct tallies){0};
    if (fault.code == FAULT_NONE) {
        fault = tallies_add(tallies, "fuzz.csv", &text, &shelf);
        if (fault.code == FAULT_NONE) {
            fault = tallies_finish(tallies);
        }
        tally_text_free(&text);
    }
    return fault;
}

static void make_report(const struct tallies *tallies)
{
    struct figures figures;
    struct report report = {0};
    struct warnings warnings = {.arena = &report.arena};
    struct maker maker = {.figures = &figures,
                          .study = &tallies->plan.study,
                          .counted = &tallies->counted,
                          .report = &report};
    REQUIRE(compute_figures(&tallies->counted, &crew_of_one, &figures));
    item_checks_warn(&warnings, &tallies->counted.checks);
    join_checks_warn(&warnings, &tallies->counted, tallies->sources);
    maker.warnings = warnings.texts;
    maker.n_warnings = warnings.n;
    REQUIRE(report_make(&maker));
    report_free(&report);
    figures_free(&figures);
}

static char *write_one(const struct tallies *tallies, size_t *n)
{
    const struct tally_head head = {
        .version = "0", .description = tallies->description, .sources = tallies->sources};
    char *text = NULL;
    FILE *const out = open_memstream(&text, n);
    REQUIRE(out != NULL);
    REQUIRE(write_tally(out, "memory", &tallies->counted, &head).code == FAULT_NONE);
    REQUIRE(fclose(out) == 0);
    return text;
}

/* The tally that a tally is written as again. */
static char *rewritten(const char *bytes, size_t n, size_t *n_again)
{
    struct tallies tallies;
    char *again;
    REQUIRE(read_one(bytes, n, &tallies).code == FAULT_NONE);
    again = write_one(&tallies, n_again);
    tallies_free(&tallies);
    return again;
}

/* The first time sums of few forms are left out, and that it is so is said once; from then on
   nothing changes. */
static void check_again(const struct tallies *tallies)
{
    size_t n[3];
    char *const first = write_one(tallies, &n[0]);
    char *const second = rewritten(first, n[0], &n[1]);
    char *const third = rewritten(second, n[1], &n[2]);
    REQUIRE(n[1] == n[2] && memcmp(second, third, n[1]) == 0);
    free(first);
    free(second);
    free(third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tallies tallies;
    size_t n;
    char *const text = sign(data, size, &n);
    const struct fault fault = read_one(text, n, &tallies);
    free(text);
    if (fault.code == FAULT_NONE) {
        make_report(&tallies);
        check_again(&tallies);
    } else {
        REQUIRE(fault.code == FAULT_SYNTAX || fault.code == FAULT_CONTENT);
        REQUIRE(strcmp(fault.file, "fuzz.csv") == 0);
        REQUIRE(fault.detail[0] != '\0');
    }
    tallies_free(&tallies);
    return 0;
}
