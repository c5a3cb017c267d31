/* tests/fuzz/fuzz_run.c - any bytes as a data file: read, scored, joined, counted and computed.
   The asserts in the program are the oracle (rows = used + set aside, respondents = viable +
   discounted, ...); a fault must be one of the file and never hold the text of a cell.

   The first byte chooses a study; the rest is the data file, behind a fitting header row unless the
   byte's highest bit is set. The report is written, which takes most of the time, where the bit below
   it is set. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/tables/tables.h"
#include "io/run.h"
#include "io/write/records.h"
#include "io/write/write.h"

/* assert() would go with NDEBUG */
#define REQUIRE(condition)                                                                \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

#define STAGES "stages: [{name: a, values: [1]}, b, c]\ncohorts: [s, y]\n"
#define WINDOWS                                                                  \
    "stages: [a, {name: b, window: [20, 60], pick: nearest}, {name: c, window: " \
    "[61, 400], after: a, pick: last}]\nas_of: 2018-03-31\ncohorts: [s]\n"
#define SOURCE "sources:\n  - file: \"%s\"\n    participant: p\n    family: f\n"

/* Each with room for the data file's name. */
static const struct {
    const char *study;
    const char *header;
} studies[] = {
    {STAGES SOURCE "    instrument: swemwbs\n    stage: t\n    items: \"i{1..7}\"\n",
     "p,f,s,y,t,date,age,i1,i2,i3,i4,i5,i6,i7\n"},
    {STAGES
     "missing: [\"-9\"]\nduplicates: last\n" SOURCE
     "    instrument: wemwbs\n    stage: t\n    items: \"i{1..14}\"\n    incomplete: published\n",
     "p,f,s,y,t,date,i1,i2,i3,i4,i5,i6,i7,i8,i9,i10,i11,i12,i13,i14\n"},
    {WINDOWS SOURCE "    instrument: score-15\n    dates: day first\n    items: \"i{1..15}\"\n",
     "p,f,s,date,i1,i2,i3,i4,i5,i6,i7,i8,i9,i10,i11,i12,i13,i14,i15\n"},
    {STAGES SOURCE "    instrument: {column: k, values: {P: sdq-parent, Q: sdq-parent-2-4, S: "
                   "sdq-self}}\n    stage: t\n    items: \"i{1..25}\"\n    impact: \"m{0..5}\"\n",
     "k,p,f,s,y,t,i1,i2,i3,i4,i5,i6,i7,i8,i9,i10,i11,i12,i13,i14,i15,i16,i17,i18,i19,i20,i21,i22,"
     "i23,i24,i25,m0,m1,m2,m3,m4,m5\n"},
    {STAGES SOURCE
     "    instrument: swemwbs\n    layout: wide\n    separator: \";\"\n    items: {a: "
     "\"i{1..7}\", b: \"j{1..7}\", c: \"k{1..7}\"}\n    answers: {never: 1, often: 4}\n",
     "p;f;s;y;i1;i2;i3;i4;i5;i6;i7;j1;j2;j3;j4;j5;j6;j7;k1;k2;k3;k4;k5;k6;k7\n"},
    {STAGES SOURCE
     "    instrument: gas\n    stage: t\n    weight: weight\n    category: c\n    flags: "
     "[x]\n    target: 75\n",
     "p,f,s,y,t,goal,level,weight,c,x\n"},
    {WINDOWS SOURCE "    instrument: gas\n    partial: keep\n", "p,f,s,date,goal,level\n"},
    {STAGES SOURCE "    instrument: gas\n    layout: wide\n    level: {a: l1, b: l2, c: l3}\n",
     "p,f,s,y,goal,l1,l2,l3\n"},
};
#define N_STUDIES (sizeof studies / sizeof studies[0])

static char path[64];
static struct plan plans[N_STUDIES];
static FILE *nowhere;

static void write_bytes(int file, const void *bytes, size_t n)
{
    REQUIRE(write(file, bytes, n) == (ssize_t)n);
}

static void remove_file(void)
{
    (void)unlink(path);
    for (size_t i = 0; i < N_STUDIES; i++) {
        plan_free(&plans[i]);
    }
}

static void prepare(void)
{
    (void)snprintf(path, sizeof path, "/tmp/fuzz_run_%ld.csv", (long)getpid());
    for (size_t i = 0; i < N_STUDIES; i++) {
        const struct plan_options options = {.n_breakdowns = 0};
        char study[2048];
        const int n = snprintf(study, sizeof study, studies[i].study, path);
        const struct fault fault =
            plan_parse("fuzz.yaml", "", study, (size_t)n, &options, &plans[i]);
        if (fault.code != FAULT_NONE) {
            (void)fprintf(stderr, "study %zu: %zu: %s\n", i, fault.row, fault.detail);
            abort();
        }
    }
    nowhere = fopen("/dev/null", "w");
    REQUIRE(nowhere != NULL);
    REQUIRE(atexit(remove_file) == 0);
}

static struct fault watch(void *context, const struct scored_form *form)
{
    (void)context;
    REQUIRE(form->participant != NULL && form->stage != NULL && form->row > 1);
    return FAULT_FREE;
}

static void locate(const void *context, uint64_t place, const char **file, uint64_t *row)
{
    const struct location location = run_location(context, place);
    REQUIRE(location.source == 0 && location.row > 1);
    *file = "fuzz.csv";
    *row = location.row;
}

static const struct listed *next_listed(void *lines, struct fault *fault)
{
    return listed_next(lines, fault);
}

static void write_all(const struct plan *plan, const struct run *run)
{
    struct listed_reader *const lines = listed_reader_new(run->more_listed, &run->listing);
    const struct listed_rows rows = {.study = &plan->study,
                                     .next = next_listed,
                                     .lines = lines,
                                     .locate = locate,
                                     .context = run};
    struct report report = {0};
    struct maker maker = {.figures = &run->figures,
                          .study = &plan->study,
                          .counted = &run->counted,
                          .report = &report};
    struct warnings warnings = {.arena = &report.arena};
    run_warn(run, &warnings);
    REQUIRE(!warnings.no_memory);
    maker.warnings = warnings.texts;
    maker.n_warnings = warnings.n;
    REQUIRE(report_make(&maker));
    REQUIRE(write_text(nowhere, "text", &report, &crew_of_one).code == FAULT_NONE);
    REQUIRE(write_markdown(nowhere, "markdown", &report).code == FAULT_NONE);
    for (size_t i = 0; i < report.n_tables; i++) {
        REQUIRE(write_csv(nowhere, "csv", &report.tables[i]).code == FAULT_NONE);
    }
    REQUIRE(write_results(nowhere, &run->figures, &crew_of_one).code == FAULT_NONE);
    REQUIRE(lines != NULL && write_discounted(nowhere, &rows).code == FAULT_NONE);
    listed_reader_free(lines);
    report_free(&report);
}

static void same_part(const struct figure_part *a, const struct figure_part *b)
{
    REQUIRE(a->n_blocks == b->n_blocks && a->n_figures == b->n_figures);
    for (size_t i = 0; i < a->n_blocks; i++) {
        const struct figure_key of_x = figures_block_key(a, &a->blocks[i]);
        const struct figure_key of_y = figures_block_key(b, &b->blocks[i]);
        REQUIRE(figures_block_size(a, &a->blocks[i]) == figures_block_size(b, &b->blocks[i]));
        for (size_t k = 0; k < figures_block_size(a, &a->blocks[i]); k++) {
            const struct figure x = figures_in_block(a, &a->blocks[i], &of_x, k);
            const struct figure y = figures_in_block(b, &b->blocks[i], &of_y, k);
            REQUIRE(figure_key_compare(&x.key, &y.key) == 0 && x.value.kind == y.value.kind);
            REQUIRE(x.value.kind == VALUE_UNDEFINED ||
                    memcmp(&x.value.number, &y.value.number, sizeof x.value.number) == 0);
        }
    }
}

static void same_figures(const struct figures *a, const struct figures *b)
{
    const size_t n_breakdowns = a->study->n_breakdowns;
    for (size_t i = 0; i < N_FIGURE_TABLES * n_breakdowns; i++) {
        const struct figure_section *const x =
            figures_section(a, (unsigned)(i / n_breakdowns), i % n_breakdowns);
        const struct figure_section *const y =
            figures_section(b, (unsigned)(i / n_breakdowns), i % n_breakdowns);
        REQUIRE(x->n_parts == y->n_parts && x->n_dimensions == y->n_dimensions);
        for (size_t k = 0; k < x->n_dimensions * x->n_parts; k++) {
            same_part(&x->parts[k], &y->parts[k]);
        }
    }
}

/* Read again by small pieces, unwatched, with hardly any memory: the same, but for what is listed. */
static void read_again(const struct plan *plan, const struct fault *fault, const struct run *run)
{
    const struct run_options options = {.chunk_bytes = 40, .memory = 1};
    struct run again = {0};
    const struct fault fault_again = run_study(plan, &options, &again);
    REQUIRE(fault_again.code == fault->code && fault_again.row == fault->row);
    REQUIRE(fault_again.column == fault->column && strcmp(fault_again.detail, fault->detail) == 0);
    if (fault->code == FAULT_NONE) { /* else there are none */
        same_figures(&again.figures, &run->figures);
    }
    REQUIRE(again.listing.n == 0 && again.findings.n_cells == 0);
    run_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct run_options options = {
        .list = true, .list_cells = true, .keep_values = true, .watch = watch};
    struct run run = {0};
    if (plans[0].n_sources == 0) {
        prepare();
    }
    if (size == 0) {
        return 0;
    }
    const size_t which = (data[0] & 0x3F) % N_STUDIES;
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(file >= 0);
    if ((data[0] & 0x80) == 0) {
        write_bytes(file, studies[which].header, strlen(studies[which].header));
    }
    write_bytes(file, data + 1, size - 1);
    REQUIRE(close(file) == 0);
    const struct fault fault = run_study(&plans[which], &options, &run);
    read_again(&plans[which], &fault, &run);
    if (fault.code == FAULT_NONE) {
        if ((data[0] & 0x40) != 0) {
            write_all(&plans[which], &run);
        }
    } else {
        REQUIRE(fault.code == FAULT_SYNTAX || fault.code == FAULT_CONTENT);
        REQUIRE(fault.file[0] != '\0' && fault.detail[0] != '\0');
    }
    run_free(&run);
    return 0;
}
