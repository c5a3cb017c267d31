/* A report as text, Markdown and CSV. What is expected was written by hand from io/write/write.h;
   the Markdown also by rendering it with cmark-gfm and comparing what is shown with the label. */
#include "tests/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/write/write.h"

#define REPLACED "\xEF\xBF\xBD"
#define W_CIRCUMFLEX "\xC5\xB5"
#define DECOMPOSED_W "w\xCC\x82"

/* ---- allocations that fail: linked with --wrap, which asks for these names ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*) */
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* a test's own state: the allocation after so many fails, the next ones do not */
static size_t allocations_left = SIZE_MAX;
static bool allocation_failed;

static bool may_allocate(void)
{
    if (allocations_left == 0) {
        allocations_left = SIZE_MAX;
        allocation_failed = true;
        return false;
    }
    allocations_left -= allocations_left == SIZE_MAX ? 0 : 1;
    return true;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return may_allocate() ? __real_realloc(old, size) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

/* ---- helpers ---- */

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_CSV };
static const char *const format_names[] = {"text", "Markdown", "CSV"};

static struct fault write_to(FILE *out, enum format format, const struct report *report)
{
    return format == FORMAT_TEXT       ? write_text(out, "report.txt", report, &crew_of_one)
           : format == FORMAT_MARKDOWN ? write_markdown(out, "report.md", report)
                                       : write_csv(out, "table.csv", &report->tables[0]);
}

/* What is written, as a string; the caller frees. */
static char *written(enum format format, const struct report *report)
{
    FILE *const file = tmpfile();
    assert_non_null(file);
    assert_int_equal(write_to(file, format, report).code, FAULT_NONE);
    const long size = ftell(file);
    assert_true(size >= 0);
    char *const text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return text;
}

static void check(const char *name, enum format format, const struct report *report,
                  const char *expected)
{
    char *const got = written(format, report);
    if (strcmp(got, expected) != 0) {
        fail_msg("%s as %s: expected\n%s\ngot\n%s", name, format_names[format], expected, got);
    }
    free(got);
}

static struct table *add_table(struct report *report, struct text title)
{
    struct table *const table = report_add_table(report, "table", title);
    assert_non_null(table);
    return table;
}

static void add_column(struct table *table, const char *heading, bool is_label)
{
    assert_true(table_add_column(
        table, heading == NULL ? text_of(MESSAGE_NONE) : text_name(heading), is_label));
}

static struct cell_content *add_row(struct table *table, const char *label)
{
    struct cell_content *const cells = table_add_row(table);
    assert_non_null(cells);
    cells[0] = cell_text(text_name(label));
    return cells;
}

/* A table without title and headings, of one label and one cell. */
static void report_of_one(struct report *report, const char *label, struct cell_content cell)
{
    struct table *const table = add_table(report, text_of(MESSAGE_NONE));
    add_column(table, NULL, true);
    add_column(table, NULL, false);
    add_row(table, label)[1] = cell;
}

/* Columns as the tests' own strings need them: one for each character that is not combining. */
static size_t columns_of_line(const char *line, size_t bytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char byte = (unsigned char)line[i];
        columns += (byte & 0xC0u) == 0x80u || byte == 0xCC ? 0u : 1u;
    }
    return columns;
}

static void check_lines_fit(const char *name, const char *text)
{
    while (*text != '\0') {
        const size_t bytes = strcspn(text, "\n");
        if (columns_of_line(text, bytes) > 80) {
            fail_msg("%s: more than 80 columns: %.*s", name, (int)bytes, text);
        }
        if (bytes > 0 && text[bytes - 1] == ' ') {
            fail_msg("%s: ends in a blank: \"%.*s\"", name, (int)bytes, text);
        }
        text += bytes + (text[bytes] == '\n' ? 1 : 0);
    }
}

static size_t count_of(const char *text, const char *piece)
{
    size_t n = 0;
    while ((text = strstr(text, piece)) != NULL) {
        text += strlen(piece);
        n++;
    }
    return n;
}

/* ---- labels and cells ---- */

static const struct {
    const char *label, *text, *markdown, *csv;
} labels[] = {
    {"All", "All  3", "All", "All"},
    {"North / 2017", "North / 2017  3", "North / 2017", "North / 2017"},
    {"a,b", "a,b  3", "a,b", "\"a,b\""},
    {"the \"Hub\"", "the \"Hub\"  3", "the \"Hub\"", "\"the \"\"Hub\"\"\""},
    {"<b>&amp;", "<b>&amp;  3", "\\<b\\>\\&amp;", "<b>&amp;"},
    {"a|b\\|c", "a|b\\|c  3", "a\\|b\\\\\\|c", "a|b\\|c"},
    {"*_`#[x](y)~{z}$", "*_`#[x](y)~{z}$  3", "\\*\\_\\`\\#\\[x\\](y)\\~\\{z\\}\\$",
     "*_`#[x](y)~{z}$"},
    {"![x]", "![x]  3", "!\\[x\\]", "![x]"},
    {"w!", "w!  3", "w!", "w!"},
    {"www.x.uk", "www.x.uk  3", "www\\.x.uk", "www.x.uk"},
    {"http://x.uk: y", "http://x.uk: y  3", "http\\://x.uk: y", "http://x.uk: y"},
    {"1. May", "1. May  3", "1\\. May", "1. May"},
    {"12) May", "12) May  3", "12\\) May", "12) May"},
    {"4-17, v. 2", "4-17, v. 2  3", "4-17, v. 2", "\"4-17, v. 2\""},
    {W_CIRCUMFLEX "yn", W_CIRCUMFLEX "yn  3", W_CIRCUMFLEX "yn", W_CIRCUMFLEX "yn"},
    {DECOMPOSED_W "yn", DECOMPOSED_W "yn  3", DECOMPOSED_W "yn", DECOMPOSED_W "yn"},
    {"two\nlines", "two" REPLACED "lines  3", "two lines", "\"two\nlines\""},
    {"two\r\nlines", "two" REPLACED REPLACED "lines  3", "two lines", "\"two\r\nlines\""},
    {"a\tb\x1B[1m", "a" REPLACED "b" REPLACED "[1m  3", "a" REPLACED "b" REPLACED "\\[1m",
     "a\tb\x1B[1m"},
    {"C1 \xC2\x9B", "C1 " REPLACED "  3", "C1 " REPLACED, "C1 \xC2\x9B"},
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): what is replaced */
    {"bidi \xE2\x80\xAEx", "bidi " REPLACED "x  3", "bidi " REPLACED "x", "bidi \xE2\x80\xAEx"},
    {"cut \xC5", "cut " REPLACED "  3", "cut " REPLACED, "cut \xC5"},
    {"overlong \xC0\xAF", "overlong " REPLACED REPLACED "  3", "overlong " REPLACED REPLACED,
     "overlong \xC0\xAF"},
    {"=SUM(A1)", "=SUM(A1)  3", "=SUM(A1)", "'=SUM(A1)"},
    {"+x", "+x  3", "\\+x", "'+x"},
    {"-x", "-x  3", "\\-x", "'-x"},
    {"-inf", "-inf  3", "\\-inf", "'-inf"},
    {"@x", "@x  3", "@x", "'@x"},
    {"\tx", REPLACED "x  3", REPLACED "x", "'\tx"},
    {"\r=1", REPLACED "=1  3", "=1", "\"'\r=1\""},
    {"=1,\"2\"", "=1,\"2\"  3", "=1,\"2\"", "\"'=1,\"\"2\"\"\""},
    {"-2", "-2  3", "\\-2", "-2"},
    {"+2.50", "+2.50  3", "\\+2.50", "+2.50"},
    {"-.5e-3", "-.5e-3  3", "\\-.5e-3", "-.5e-3"},
    {"-1+2", "-1+2  3", "\\-1+2", "'-1+2"},
    {"-", "-  3", "\\-", "'-"},
    {"-1e", "-1e  3", "\\-1e", "'-1e"},
    {"=2", "=2  3", "=2", "'=2"},
    {"    four", "    four  3", "four", "\"    four\""},
    {"end ", "end   3", "end ", "\"end \""},
};

static void test_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(labels); i++) {
        struct report report = {.n_tables = 0};
        char expected[400];
        report_of_one(&report, labels[i].label, cell_value(value_count(3), 0));
        snprintf(expected, sizeof expected, "%s\n", labels[i].text);
        check(labels[i].label, FORMAT_TEXT, &report, expected);
        snprintf(expected, sizeof expected, "|  |  |\n| :--- | ---: |\n| %s | 3 |\n",
                 labels[i].markdown);
        check(labels[i].label, FORMAT_MARKDOWN, &report, expected);
        snprintf(expected, sizeof expected, ",\n%s,3\n", labels[i].csv);
        check(labels[i].label, FORMAT_CSV, &report, expected);
        report_free(&report);
    }
}

static void test_cells(void **state)
{
    const struct value none = VALUE_NONE, third = value_ratio(1, 3), minus = value_ratio(-361, 8);
    const struct {
        const char *name;
        struct cell_content cell;
        const char *read, *csv; /* in text and Markdown; in CSV */
    } cases[] = {
        {"count", cell_value(value_count(1234567), 0), "1234567", "1234567"},
        {"half away from zero", cell_value(minus, 2), "-45.13", "-45.13"},
        {"no minus before a zero", cell_value(value_ratio(-1, 1000), 2), "0.00", "0.00"},
        {"undefined", cell_value(none, 2), "-", ""},
        {"percent", cell_percent(value_ratio(100, 3), 1), "33.3%", "33.3%"},
        {"undefined percent", cell_percent(none, 1), "-", ""},
        {"interval", cell_interval(minus, third, 1), "-45.1 to 0.3", "-45.1 to 0.3"},
        {"no low end", cell_interval(none, third, 1), "-", ""},
        {"no high end", cell_interval(third, none, 1), "-", ""},
        {"p 0", cell_p(value_double(0.0)), "<.001", "<.001"},
        {"p just below .0005", cell_p(value_double(0.00049999)), "<.001", "<.001"},
        {"p .0005", cell_p(value_ratio(1, 2000)), ".001", ".001"},
        {"p .0014999", cell_p(value_double(0.0014999)), ".001", ".001"},
        {"p .042", cell_p(value_double(0.0417)), ".042", ".042"},
        {"p .9994", cell_p(value_double(0.9994)), ".999", ".999"},
        {"p .9996", cell_p(value_double(0.9996)), "1.000", "1.000"},
        {"p 1", cell_p(value_double(1.0)), "1.000", "1.000"},
        {"p undefined", cell_p(none), "-", ""},
        {"a text among numbers", cell_text(text_name("not due")), "not due", "not due"},
        {"a formula among numbers", cell_text(text_name("=1+1")), "=1+1", "'=1+1"},
        {"empty", {.kind = CELL_EMPTY}, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct report report = {.n_tables = 0};
        char expected[100];
        report_of_one(&report, "x", cases[i].cell);
        snprintf(expected, sizeof expected, "x%s%s\n", *cases[i].read == '\0' ? "" : "  ",
                 cases[i].read);
        check(cases[i].name, FORMAT_TEXT, &report, expected);
        snprintf(expected, sizeof expected, "|  |  |\n| :--- | ---: |\n| x | %s |\n",
                 cases[i].read);
        check(cases[i].name, FORMAT_MARKDOWN, &report, expected);
        snprintf(expected, sizeof expected, ",\nx,%s\n", cases[i].csv);
        check(cases[i].name, FORMAT_CSV, &report, expected);
        report_free(&report);
    }
}

/* ---- whole reports ---- */

static void small_report(struct report *report)
{
    report->title = text_name("Family support, 2018");
    struct table *table = add_table(report, text_name("WEMWBS <total>"));
    add_column(table, "Site", true);
    add_column(table, "n", false);
    add_column(table, "Mean change from start", false);
    add_column(table, "Normal", false);
    add_column(table, "Normal", false);
    struct cell_content *cells = add_row(table, "All");
    cells[1] = cell_value(value_count(120), 0);
    cells[2] = cell_value(value_ratio(-7, 4), 2);
    cells[3] = cell_value(value_count(40), 0);
    cells[4] = cell_percent(value_ratio(100, 3), 1);
    cells = add_row(table, DECOMPOSED_W "yn");
    cells[1] = cell_value(value_count(9), 0);
    cells[2] = cell_value(value_ratio(1, 0), 2);
    cells[3] = cell_value(value_count(0), 0);
    cells[4] = cell_percent(value_ratio(0, 9), 1);
    assert_true(table_add_note(
        table, text_name("Change is after minus before; a dash stands where the data cannot say "
                         "what it is.")));
    assert_true(table_add_note(table, text_name("2. second")));
    table = add_table(report, text_name("Forms"));
    add_column(table, NULL, true);
    add_column(table, "rows", false);
    add_row(table, "all")[1] = cell_value(value_count(31), 0);
    assert_true(report_add_note(report, text_name("The end.")));
}

static const char small_text[] =
    "Family support, 2018\n"
    "====================\n"
    "\n"
    "WEMWBS <total>\n"
    "--------------\n"
    "\n"
    "                 Mean\n"
    "               change\n"
    "Site    n  from start     Normal\n"
    "----  ---  ----------  ---------\n"
    "All   120       -1.75  40  33.3%\n" DECOMPOSED_W "yn     9           -   0   0.0%\n"
    "\n"
    "Change is after minus before; a dash stands where the data cannot say what it\n"
    "  is.\n"
    "2. second\n"
    "\n"
    "\n"
    "Forms\n"
    "-----\n"
    "\n"
    "     rows\n"
    "---  ----\n"
    "all    31\n"
    "\n"
    "\n"
    "The end.\n";

static const char small_markdown[] =
    "# Family support, 2018\n"
    "\n"
    "## WEMWBS \\<total\\>\n"
    "\n"
    "| Site | n | Mean change from start | Normal | Normal |\n"
    "| :--- | ---: | ---: | ---: | ---: |\n"
    "| All | 120 | -1.75 | 40 | 33.3% |\n"
    "| " DECOMPOSED_W "yn | 9 | - | 0 | 0.0% |\n"
    "\n"
    "- Change is after minus before; a dash stands where the data cannot say what it is.\n"
    "- 2\\. second\n"
    "\n"
    "## Forms\n"
    "\n"
    "|  | rows |\n"
    "| :--- | ---: |\n"
    "| all | 31 |\n"
    "\n"
    "- The end.\n";

static const char small_csv[] = "Site,n,Mean change from start,Normal,Normal\n"
                                "All,120,-1.75,40,33.3%\n" DECOMPOSED_W "yn,9,,0,0.0%\n";

static void test_small_report(void **state)
{
    struct report report = {.n_tables = 0};
    (void)state;
    small_report(&report);
    check("small report", FORMAT_TEXT, &report, small_text);
    check("small report", FORMAT_MARKDOWN, &report, small_markdown);
    check("small report", FORMAT_CSV, &report, small_csv);
    report_free(&report);
}

/* Sentences for titles, notes, headings and labels that act at the beginning of a line. */
static void test_markdown_line_starts(void **state)
{
    struct report report = {.title = text_name("# - x")};
    (void)state;
    assert_true(report_add_note(&report, text_name("- a list")));
    assert_true(report_add_note(&report, text_name("     code")));
    assert_true(report_add_note(&report, text_name("\n# heading")));
    assert_true(report_add_note(&report, text_name("3.14 is no list")));
    check("starts of lines", FORMAT_MARKDOWN, &report,
          "# \\# - x\n\n- \\- a list\n- code\n- \\# heading\n- 3\\.14 is no list\n");
    report_free(&report);
}

/* ---- the page ---- */

/* `n` columns of ten wide, the last `n_shared` under one heading, and a row of numbers. */
static void wide_report(struct report *report, const char *label, size_t n, size_t n_shared)
{
    struct table *const table = add_table(report, text_name("Wide"));
    add_column(table, "Site", true);
    for (size_t i = 0; i < n; i++) {
        add_column(table, i + n_shared >= n ? "Shared" : "", false);
    }
    struct cell_content *const cells = add_row(table, label);
    for (size_t i = 0; i < n; i++) {
        cells[i + 1] = cell_value(value_count((int64_t)(1000000001 + i)), 0);
    }
}

static void test_wide_tables(void **state)
{
    const struct {
        const char *name, *label;
        size_t n, n_shared, n_blocks;
        const char *first, *second; /* rows */
    } cases[] = {
        {"80 columns", "12345678", 6, 1, 1,
         "12345678  1000000001  1000000002  1000000003  1000000004  1000000005  1000000006\n", ""},
        {"81 columns", "123456789", 6, 1, 2,
         "123456789  1000000001  1000000002  1000000003  1000000004  1000000005\n",
         "123456789  1000000006\n"},
        {"a group stays together", "12345678", 7, 2, 2,
         "12345678  1000000001  1000000002  1000000003  1000000004  1000000005\n",
         "12345678  1000000006  1000000007\n"},
        {"a long label narrows to 20 before anything is split", "1234567890 1234567890", 5, 1, 1,
         "1234567890            1000000001  1000000002  1000000003  1000000004  1000000005\n"
         "1234567890\n",
         ""},
        {"a long label narrows to 12, and is wide again where there is room",
         "1234567890 1234567890", 6, 1, 2,
         "1234567890            1000000001  1000000002  1000000003  1000000004  1000000005\n"
         "1234567890\n",
         "1234567890 1234567890  1000000006\n"},
        {"three blocks", "a", 14, 1, 3,
         "a     1000000001  1000000002  1000000003  1000000004  1000000005  1000000006\n",
         "a     1000000007  1000000008  1000000009  1000000010  1000000011  1000000012\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct report report = {.n_tables = 0};
        wide_report(&report, cases[i].label, cases[i].n, cases[i].n_shared);
        char *const text = written(FORMAT_TEXT, &report);
        check_lines_fit(cases[i].name, text);
        if (strstr(text, cases[i].first) == NULL || strstr(text, cases[i].second) == NULL ||
            count_of(text, "Wide (continued)\n----------------\n") != cases[i].n_blocks - 1 ||
            count_of(text, "Site") != cases[i].n_blocks || count_of(text, "Shared") != 1 ||
            count_of(text, "10000000") != cases[i].n) {
            fail_msg("%s: got\n%s", cases[i].name, text);
        }
        free(text);
        report_free(&report);
    }
}

/* Without blanks and the number 3, which stands behind the label. */
static void squeeze(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        if (strchr(" \n3", *text) == NULL) {
            *to++ = *text;
        }
    }
    *to = '\0';
}

static void test_long_labels_are_whole(void **state)
{
    const char *const patterns[] = {"abcdefghij", "wrth yr afon ", W_CIRCUMFLEX, DECOMPOSED_W,
                                    "x  y"};
    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct report report = {.n_tables = 0};
        char label[2000] = "";
        for (size_t n = 0; n < 500; n += columns_of_line(patterns[i], strlen(patterns[i]))) {
            memcpy(label + strlen(label), patterns[i], strlen(patterns[i]) + 1);
        }
        report_of_one(&report, label, cell_value(value_count(3), 0));
        char *const text = written(FORMAT_TEXT, &report);
        check_lines_fit(patterns[i], text);
        if (count_of(text, "\n") > 9) {
            fail_msg("%s: lines are not filled:\n%s", patterns[i], text);
        }
        squeeze(text);
        squeeze(label);
        assert_string_equal(text, label);
        free(text);
        report_free(&report);
    }
}

/* A long heading's word and a title wrap too; a note's second line is indented. */
static void test_long_words(void **state)
{
    struct report report = {.title = text_name("1234567890 1234567890 1234567890 1234567890 "
                                               "1234567890 1234567890 1234567890 1234")};
    (void)state;
    struct table *const table = add_table(&report, text_of(MESSAGE_NONE));
    add_column(table, "Site", true);
    add_column(table, "1234567890123456789012345", false);
    add_column(table, "end of phase 1", false);
    struct cell_content *const cells = add_row(table, "All");
    cells[1] = cell_value(value_count(3), 0);
    cells[2] = cell_text(text_name("no form before the twelfth month"));
    assert_true(table_add_note(table, report.title));
    check("long words", FORMAT_TEXT, &report,
          "1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890\n"
          "1234\n"
          "============================================================================\n"
          "\n"
          "      12345678901234567890\n"
          "Site                 12345        end of phase 1\n"
          "----  --------------------  --------------------\n"
          "All                      3    no form before the\n"
          "                                   twelfth month\n"
          "\n"
          "1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890\n"
          "  1234\n");
    report_free(&report);
}

/* Labels never share a heading, not even with a number of the same name beside them. */
static void test_only_numbers_share_a_heading(void **state)
{
    struct report report = {.n_tables = 0};
    (void)state;
    struct table *const table = add_table(&report, text_of(MESSAGE_NONE));
    add_column(table, "n", true);
    add_column(table, "n", true);
    add_column(table, "n", false);
    add_column(table, "n", false);
    struct cell_content *const cells = add_row(table, "Abc");
    cells[1] = cell_text(text_name("defg"));
    cells[2] = cell_value(value_count(31), 0);
    cells[3] = cell_value(value_count(42), 0);
    check("labels of one heading", FORMAT_TEXT, &report,
          "n    n          n\n"
          "---  ----  ------\n"
          "Abc  defg  31  42\n");
    report_free(&report);
}

#define TEN_WIDE "\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2" /* columns */
#define SEVENTY_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE

/* A Chinese character takes two columns, so 38 of them fill the 77 that are left beside a number. A
   row of several lines stands apart from its neighbours. */
static void test_wide_characters_and_tall_rows(void **state)
{
    struct report report = {.n_tables = 0};
    (void)state;
    struct table *const table = add_table(&report, text_of(MESSAGE_NONE));
    const char *const rows[] = {"a", SEVENTY_WIDE TEN_WIDE, "b", "c"};
    add_column(table, NULL, true);
    add_column(table, NULL, false);
    for (size_t i = 0; i < COUNT(rows); i++) {
        add_row(table, rows[i])[1] = cell_value(value_count((int64_t)i), 0);
    }
    char expected[1000];
    snprintf(expected, sizeof expected, "%-79s0\n\n%s%.9s   1\n%.6s\n\n%-79s2\n%-79s3\n", "a",
             SEVENTY_WIDE, TEN_WIDE, TEN_WIDE, "b", "c");
    check("wide characters", FORMAT_TEXT, &report, expected);
    report_free(&report);
}

static void test_nothing_to_write(void **state)
{
    struct report report = {.n_tables = 0};
    (void)state;
    check("empty report", FORMAT_TEXT, &report, "");
    check("empty report", FORMAT_MARKDOWN, &report, "");
    struct table *const table = add_table(&report, text_name("No rows"));
    check("no columns", FORMAT_TEXT, &report, "No rows\n-------\n\n");
    check("no columns", FORMAT_MARKDOWN, &report, "## No rows\n\n");
    check("no columns", FORMAT_CSV, &report, "");
    add_column(table, "Site", true);
    check("no rows", FORMAT_TEXT, &report, "No rows\n-------\n\nSite\n----\n");
    check("no rows", FORMAT_MARKDOWN, &report, "## No rows\n\n| Site |\n| :--- |\n");
    check("no rows", FORMAT_CSV, &report, "Site\n");
    report_free(&report);
}

/* ---- what goes wrong ---- */

static void test_streams_that_fail(void **state)
{
    const struct {
        const char *path, *mode, *reason;
    } streams[] = {{"/dev/full", "w", "No space left"}, {"/dev/null", "r", "Bad file"}};
    struct report report = {.n_tables = 0};
    (void)state;
    small_report(&report);
    for (size_t i = 0; i < COUNT(streams) * COUNT(format_names); i++) {
        const enum format format = (enum format)(i % COUNT(format_names));
        FILE *const out =
            fopen(streams[i / COUNT(format_names)].path, streams[i / COUNT(format_names)].mode);
        assert_non_null(out);
        const struct fault fault = write_to(out, format, &report);
        fclose(out);
        if (fault.code != FAULT_WRITE || fault.file[0] == '\0' ||
            strstr(fault.detail, streams[i / COUNT(format_names)].reason) == NULL) {
            fail_msg("%s to %s: %d %s: %s", format_names[format],
                     streams[i / COUNT(format_names)].path, (int)fault.code, fault.file,
                     fault.detail);
        }
    }
    report_free(&report);
}

/* Longer than a block of the arena, so that each such string is an allocation. */
#define LONG_NAME 20000

/* Builds a report of more rows, columns and notes than the first allocation holds; the first table
   is of long names and wider than the page. */
static bool build(struct report *report, const char *long_name)
{
    for (size_t t = 0; t < 9; t++) {
        const struct text name = text_name(t == 0 ? long_name : "=name");
        struct table *const table = report_add_table(report, "t", name);
        bool built = table != NULL;
        for (size_t i = 0; built && i < 9; i++) {
            built = table_add_column(table, i % 2 == 0 ? name : text_of(MESSAGE_NONE), i == 0) &&
                    table_add_note(table, name) && report_add_note(report, text_name("The end."));
        }
        for (size_t i = 0; built && i < 9; i++) {
            struct cell_content *const cells = table_add_row(table);
            built = cells != NULL;
            for (size_t k = 0; built && k < 9; k++) {
                built = cells[k].kind == CELL_EMPTY;
                cells[k] = k == 0 ? cell_text(name) : cell_p(value_double(0.04));
            }
        }
        if (!built) {
            return false;
        }
    }
    return report_add_note(report, text_name(long_name));
}

/* Every allocation fails once; nothing may leak, crash, or be reported as written. */
static void test_no_memory(void **state)
{
    char *const long_name = malloc(LONG_NAME + 1);
    bool whole = false;
    size_t n = 0;
    (void)state;
    assert_non_null(long_name);
    memset(long_name, '=', LONG_NAME);
    long_name[LONG_NAME] = '\0';
    for (; !whole && n < 1000; n++) {
        struct report report = {.title = text_name(long_name)};
        allocations_left = n;
        allocation_failed = false;
        whole = build(&report, long_name);
        for (int format = FORMAT_TEXT; whole && format <= FORMAT_CSV; format++) {
            FILE *const out = tmpfile();
            assert_non_null(out);
            const enum fault_code code = write_to(out, (enum format)format, &report).code;
            whole = code == FAULT_NONE;
            fclose(out);
            assert_true(code == FAULT_NONE || code == FAULT_MEMORY);
        }
        assert_int_equal(whole, !allocation_failed);
        allocations_left = SIZE_MAX;
        report_free(&report);
    }
    free(long_name);
    assert_true(whole && n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_small_report),
        cmocka_unit_test(test_markdown_line_starts),
        cmocka_unit_test(test_wide_tables),
        cmocka_unit_test(test_long_labels_are_whole),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_only_numbers_share_a_heading),
        cmocka_unit_test(test_wide_characters_and_tall_rows),
        cmocka_unit_test(test_nothing_to_write),
        cmocka_unit_test(test_streams_that_fail),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
