/* What a command line must mean, by io/cli/options.h: written by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "io/cli/options.h"

static const struct command everything = {
    .name = "report",
    .arguments = "FILE...",
    .options = OPTION_OUTPUT | OPTION_FORMAT | OPTION_BY | OPTION_SCALE | OPTION_SHOW_VALUES |
               OPTION_HELP | OPTION_VERSION | OPTION_THREADS | OPTION_MEMORY | OPTION_QUIET |
               OPTION_THRESHOLD | OPTION_STDIN | OPTION_MPI,
    .min_arguments = 1,
    .max_arguments = 3};
static const struct command little = {
    .name = "score", .arguments = "FILE...", .options = OPTION_SCALE, .max_arguments = 2};

#define MOST 8

/* Expected: arguments joined with '|'; then each option that is set, in one order. */
static const struct {
    const char *name;
    const struct command *command;
    const char *words[MOST]; /* up to the first NULL */
    const char *arguments, *set;
} good[] = {
    {"one argument", &everything, {"a.csv"}, "a.csv", ""},
    {"three", &everything, {"a", "b", "c"}, "a|b|c", ""},
    {"none where none is needed", &little, {NULL}, "", ""},
    {"an empty argument", &everything, {""}, "", ""},
    {"a dash is an argument", &everything, {"-"}, "-", ""},
    {"output", &everything, {"a", "--output", "dir"}, "a", "output=dir "},
    {"output=", &everything, {"--output=dir", "a"}, "a", "output=dir "},
    {"-o dir", &everything, {"-o", "dir", "a"}, "a", "output=dir "},
    {"-odir", &everything, {"a", "-odir"}, "a", "output=dir "},
    {"-o=dir is a name with =", &everything, {"a", "-o=dir"}, "a", "output==dir "},
    {"a value with =", &everything, {"a", "--output=x=y"}, "a", "output=x=y "},
    {"a value that is a dash", &everything, {"a", "-o", "-"}, "a", "output=- "},
    {"a value that starts with dashes", &everything, {"a", "--output", "--x"}, "a", "output=--x "},
    {"format", &everything, {"a", "--format", "text"}, "a", "formats=1 "},
    {"format=", &everything, {"a", "--format=markdown"}, "a", "formats=2 "},
    {"formats", &everything, {"a", "--format", "csv,text"}, "a", "formats=5 "},
    {"formats, twice the same",
     &everything,
     {"a", "--format", "csv,csv", "--format=text"},
     "a",
     "formats=5 "},
    {"by", &everything, {"a", "--by", "site"}, "a", "by=site "},
    {"by=", &everything, {"a", "--by=site,year"}, "a", "by=site,year "},
    {"by twice", &everything, {"--by=site", "a", "--by", "year"}, "a", "by=site by=year "},
    {"scale", &everything, {"a", "--scale", "own.yaml"}, "a", "scale=own.yaml "},
    {"scale twice",
     &little,
     {"--scale=a.yaml", "--scale", "b.yaml"},
     "",
     "scale=a.yaml scale=b.yaml "},
    {"show-values", &everything, {"--show-values", "a"}, "a", "show-values "},
    {"threads", &everything, {"a", "--threads", "1"}, "a", "threads=1 "},
    {"threads=", &everything, {"--threads=256", "a"}, "a", "threads=256 "},
    {"threads with zeros", &everything, {"--threads=007", "a"}, "a", "threads=7 "},
    {"memory", &everything, {"a", "--memory", "64M"}, "a", "memory=64M "},
    {"memory in G", &everything, {"a", "--memory=2G"}, "a", "memory=2048M "},
    {"much memory", &everything, {"a", "--memory=999999G"}, "a", "memory=1023998976M "},
    {"stdin", &everything, {"--stdin", "a"}, "a", "stdin "},
    {"the least threshold", &everything, {"a", "--threshold", "2"}, "a", "threshold=2 "},
    {"the largest", &everything, {"--threshold=1000000", "a"}, "a", "threshold=1000000 "},
    {"quiet", &everything, {"--quiet", "a"}, "a", "quiet "},
    {"-q", &everything, {"a", "-q"}, "a", "quiet "},
    {"help", &everything, {"--help"}, "", "help "},
    {"-h", &everything, {"-h"}, "", "help "},
    {"help of a command that does not list it", &little, {"--help"}, "", "help "},
    {"help, and too many words", &little, {"a", "b", "c", "-h"}, "a|b|c", "help "},
    {"version", &everything, {"--version", "a"}, "a", "version "},
    {"-- ends options", &everything, {"--by", "site", "--", "--by", "-o"}, "--by|-o", "by=site "},
    {"-- in front", &everything, {"--", "a"}, "a", ""},
    {"-- twice", &everything, {"--", "--", "a"}, "--|a", ""},
    {"-- as a value", &everything, {"-o", "--", "a"}, "a", "output=-- "},
    {"everything",
     &everything,
     {"a", "-oout", "--by=s", "--format=text", "b", "--show-values", "--scale=x", "c"},
     "a|b|c",
     "output=out formats=1 by=s scale=x show-values "},
};

static size_t count_words(const char *const words[])
{
    size_t n = 0;
    while (n < MOST && words[n] != NULL) {
        n++;
    }
    return n;
}

static void print_options(const struct options *options, char *arguments, char *set, size_t size)
{
    int n = 0;
    arguments[0] = set[0] = '\0';
    for (size_t i = 0; i < options->n_arguments; i++) {
        strcat(strcat(arguments, i > 0 ? "|" : ""), options->arguments[i]);
    }
    if (options->output != NULL) {
        n += snprintf(set + n, size - (size_t)n, "output=%s ", options->output);
    }
    if (options->formats != 0) {
        n += snprintf(set + n, size - (size_t)n, "formats=%u ", options->formats);
    }
    for (size_t i = 0; i < options->n_breakdowns; i++) {
        n += snprintf(set + n, size - (size_t)n, "by=%s ", options->breakdowns[i]);
    }
    for (size_t i = 0; i < options->n_scales; i++) {
        n += snprintf(set + n, size - (size_t)n, "scale=%s ", options->scales[i]);
    }
    if (options->threads != 0) {
        n += snprintf(set + n, size - (size_t)n, "threads=%zu ", options->threads);
    }
    if (options->memory != 0) {
        n += snprintf(set + n, size - (size_t)n, "memory=%zuM ", options->memory >> 20);
    }
    if (options->threshold > 0) {
        n += snprintf(set + n, size - (size_t)n, "threshold=%u ", options->threshold);
    }
    snprintf(set + n, size - (size_t)n, "%s%s%s%s%s", options->from_stdin ? "stdin " : "",
             options->quiet ? "quiet " : "", options->show_values ? "show-values " : "",
             options->help ? "help " : "", options->version ? "version " : "");
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *room[MOST];
        char arguments[200], set[200];
        struct options options;
        const struct fault fault = options_parse(good[i].command, count_words(good[i].words),
                                                 good[i].words, room, &options);
        if (fault.code != FAULT_NONE) {
            fail_msg("%s: %s", good[i].name, fault.detail);
        }
        print_options(&options, arguments, set, sizeof set);
        if (strcmp(arguments, good[i].arguments) != 0 || strcmp(set, good[i].set) != 0) {
            fail_msg("%s: expected \"%s\" and \"%s\", got \"%s\" and \"%s\"", good[i].name,
                     good[i].arguments, good[i].set, arguments, set);
        }
    }
}

static const struct {
    const char *name;
    const struct command *command;
    const char *words[MOST];
    const char *says;
} bad[] = {
    {"too few words", &everything, {NULL}, "pellter report needs FILE..."},
    {"only options", &everything, {"--by", "site"}, "needs FILE..."},
    {"too many words", &everything, {"a", "b", "c", "d"}, "\"d\""},
    {"a slip", &everything, {"a", "--outptu", "dir"}, "did you mean \"output\"?"},
    {"a slip with a value", &everything, {"a", "--outptu=dir"}, "did you mean \"output\"?"},
    {"a slip with a long value",
     &everything,
     {"a", "--fromat=text,markdown,csv"},
     "did you mean \"format\"?"},
    {"a threshold of 1", &everything, {"a", "--threshold", "1"}, "from 2 to 1000000"},
    {"one too many", &everything, {"a", "--threshold", "1000001"}, "from 2 to 1000000"},
    {"that wraps round", &everything, {"a", "--threshold", "4294967306"}, "from 2 to 1000000"},
    {"with a sign", &everything, {"a", "--threshold=-5"}, "from 2 to 1000000"},
    {"a word", &everything, {"a", "--threshold", "ten"}, "from 2 to 1000000"},
    {"a number and more", &everything, {"a", "--threshold", "10x"}, "from 2 to 1000000"},
    {"another case", &everything, {"a", "--By=site"}, "did you mean \"by\"?"},
    {"an underscore", &everything, {"a", "--show_values"}, "did you mean \"show-values\"?"},
    {"a slip in help", &little, {"--hepl"}, "did you mean \"help\"?"},
    {"nothing like it", &everything, {"a", "--colour"}, "unknown option \"--colour\""},
    {"no abbreviation", &everything, {"a", "--out", "dir"}, "unknown option \"--out\""},
    {"no abbreviation by one letter", &everything, {"a", "--outpu=dir"}, "unknown option"},
    {"longer than it is", &everything, {"a", "--outputs", "dir"}, "did you mean \"output\"?"},
    {"a single dash", &everything, {"a", "-output", "dir"}, NULL}, /* -o utput, and one word more */
    {"an unknown letter", &everything, {"a", "-x"}, "unknown option \"-x\""},
    {"not an option of this command", &little, {"--by=site"}, "unknown option \"--by=site\""},
    {"not a letter of this command", &little, {"-o", "x"}, "unknown option \"-o\""},
    {"a value where none is taken", &everything, {"a", "--show-values=yes"}, "takes no value"},
    {"help with a value", &everything, {"--help=by"}, "takes no value"},
    {"-hx", &everything, {"-hx"}, "takes no value"},
    {"no value", &everything, {"a", "--output"}, "--output needs a value: DIR"},
    {"no value after a letter", &everything, {"a", "-o"}, "--output needs a value: DIR"},
    {"no value for by", &everything, {"a", "--by"}, "--by needs a value"},
    {"no value for scale", &everything, {"a", "--scale"}, "--scale needs a value"},
    {"no value for format", &everything, {"a", "--format"}, "--format needs a value"},
    {"an option where the value should be",
     &everything,
     {"a", "--output", "--by", "site"},
     "--output needs a value: DIR"},
    {"an option with its value there",
     &everything,
     {"a", "-o", "--by=site"},
     "--output needs a value: DIR"},
    {"an empty value", &everything, {"a", "--output="}, "--output needs a value"},
    {"an empty value, apart", &everything, {"a", "--output", ""}, "--output needs a value"},
    {"an empty list", &everything, {"a", "--by="}, "--by needs a value"},
    {"output twice", &everything, {"a", "-ox", "--output=x"}, "--output twice"},
    {"unknown format", &everything, {"a", "--format", "txet"}, "did you mean \"text\"?"},
    {"unknown format in a list",
     &everything,
     {"a", "--format", "csv,markdwon"},
     "did you mean \"markdown\"?"},
    {"unknown format before another",
     &everything,
     {"a", "--format", "markdwon,csv"},
     "did you mean \"markdown\"?"},
    {"nothing between commas",
     &everything,
     {"a", "--format", "text,,csv"},
     "text, markdown and csv"},
    {"nothing at the end", &everything, {"a", "--format", "text,"}, "text, markdown and csv"},
    {"no threads", &everything, {"a", "--threads=0"}, "from 1 to 256; found \"0\""},
    {"too many threads", &everything, {"a", "--threads", "257"}, "found \"257\""},
    {"very many threads", &everything, {"a", "--threads=18446744073709551617"}, "from 1 to 256"},
    {"half a thread", &everything, {"a", "--threads=1.5"}, "found \"1.5\""},
    {"fewer than no threads", &everything, {"a", "--threads=-1"}, "found \"-1\""},
    {"a blank before threads", &everything, {"a", "--threads= 1"}, "found \" 1\""},
    {"threads in words", &everything, {"a", "--threads=all"}, "found \"all\""},
    {"no value for threads", &everything, {"a", "--threads"}, "--threads needs a value: N"},
    {"threads twice", &everything, {"a", "--threads=1", "--threads=1"}, "--threads twice"},
    {"too little memory", &everything, {"a", "--memory=63M"}, "at least 64M; found \"63M\""},
    {"no memory at all", &everything, {"a", "--memory=0G"}, "at least 64M"},
    {"memory without unit", &everything, {"a", "--memory=100000000"}, "64M or 2G"},
    {"memory in another unit", &everything, {"a", "--memory=64m"}, "64M or 2G"},
    {"memory in two units", &everything, {"a", "--memory=64MB"}, "64M or 2G"},
    {"memory with a fraction", &everything, {"a", "--memory=1.5G"}, "64M or 2G"},
    {"only a unit", &everything, {"a", "--memory=G"}, "64M or 2G"},
    {"more memory than can be said", &everything, {"a", "--memory=1000000000G"}, "64M or 2G"},
    {"memory twice", &everything, {"a", "--memory=1G", "--memory=2G"}, "--memory twice"},
    {"part of a format", &everything, {"a", "--format", "mark"}, "text, markdown and csv"},
};

static void test_bad(void **state)
{
    (void)state;
    size_t n_wrong = 0;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *room[MOST];
        struct options options;
        const struct fault fault =
            options_parse(bad[i].command, count_words(bad[i].words), bad[i].words, room, &options);
        if (bad[i].says == NULL) {
            assert_int_equal(fault.code, FAULT_NONE);
            assert_string_equal(options.output, "utput");
            assert_int_equal(options.n_arguments, 2);
        } else if (fault.code != FAULT_USAGE || strstr(fault.detail, bad[i].says) == NULL) {
            print_error("%s: expected ... %s ..., got %d: %s\n", bad[i].name, bad[i].says,
                        (int)fault.code, fault.detail);
            n_wrong++;
        }
        assert_string_equal(fault.file, "");
    }
    assert_int_equal(n_wrong, 0);
}

/* --by and --scale may come 64 times each, not 65. */
static void test_most_values(void **state)
{
    (void)state;
    static const char *const names[] = {"--by=x", "--scale=x"};
    for (size_t i = 0; i < COUNT(names); i++) {
        for (size_t n = MAX_OPTION_VALUES; n <= MAX_OPTION_VALUES + 1; n++) {
            const char *words[MAX_OPTION_VALUES + 2] = {"a"};
            const char *room[MAX_OPTION_VALUES + 2];
            struct options options;
            for (size_t k = 0; k < n; k++) {
                words[k + 1] = names[i];
            }
            const struct fault fault = options_parse(&everything, n + 1, words, room, &options);
            assert_int_equal(fault.code, n > MAX_OPTION_VALUES ? FAULT_USAGE : FAULT_NONE);
        }
    }
}

/* Every option of the table is one of everything's, with help for it; and letters differ. */
static void test_table(void **state)
{
    (void)state;
    unsigned bits = 0;
    for (size_t i = 0; i < n_option_entries; i++) {
        assert_int_equal(bits & option_entries[i].bit, 0);
        bits |= option_entries[i].bit;
        assert_true(option_entries[i].help[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_true(option_entries[i].letter == '\0' ||
                        option_entries[i].letter != option_entries[k].letter);
        }
    }
    assert_int_equal(bits, everything.options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_most_values),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
