/* Expected values: tests/reference/reml.csv (R 4.2.2, by reml.R: Fisher scoring, Kenward-Roger and CR2 on
   matrices of every respondent, without sums over patterns) and reml_peers.csv (nlme::gls,
   clubSandwich, pbkrtest); a few by hand. */
#include "tests/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/stats/mixed_model.h"

#define MOST_PATTERNS 64
#define N_TERMS (MODEL_STAGES + MODEL_PAIRS)

/* Sums by pattern, added up from rows of scores. */
struct case_data {
    char name[40];
    int64_t units;
    size_t n_patterns;
    struct score_pattern patterns[MOST_PATTERNS];
    int128 terms[MOST_PATTERNS][N_TERMS];
};

static void add_row(struct case_data *data, const int64_t scores[], uint64_t stages, uint64_t count)
{
    size_t i = 0, m = 0;
    int64_t kept[MODEL_STAGES];
    int128 *products;
    while (i < data->n_patterns && data->patterns[i].stages != stages) {
        i++;
    }
    for (size_t s = 0; s < MODEL_STAGES; s++) {
        if ((stages >> s & 1u) != 0) {
            kept[m++] = scores[s];
        }
    }
    products = data->terms[i] + m;
    if (i == data->n_patterns) {
        assert_true(i < MOST_PATTERNS);
        data->patterns[data->n_patterns++] =
            (struct score_pattern){stages, 0, data->terms[i], products};
    }
    data->patterns[i].n += count;
    for (size_t a = 0; a < m; a++) {
        data->terms[i][a] += (int128)kept[a] * (int128)count;
        for (size_t b = 0; b <= a; b++) {
            products[a * (a + 1) / 2 + b] += (int128)kept[a] * kept[b] * (int128)count;
        }
    }
}

/* Prints into `out`, which has room for it. */
__attribute__((format(printf, 3, 4))) static void print_into(char out[], size_t room,
                                                             const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(out, room, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < room);
}

/* The cell at *at, which moves behind the separator after it. */
static char *next_cell(char **at)
{
    char *const cell = *at, *const end = cell + strcspn(cell, ",\n");
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    return cell[0] == '"' ? (cell[strlen(cell) - 1] = '\0', cell + 1) : cell;
}

/* A quoted name may hold a comma. */
static char *next_name(char **at)
{
    char *const name = *at + 1, *const end = strchr(name, '"');
    assert_true(**at == '"' && end != NULL);
    *end = '\0';
    *at = end + 2;
    return name;
}

static FILE *open_reference(const char *name)
{
    char path[300], line[300];
    FILE *file;
    print_into(path, sizeof path, "%s/%s", REFERENCE_DIR, name);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    return file;
}

static struct case_data *cases_read(size_t *n)
{
    struct case_data *const cases = calloc(20, sizeof *cases);
    FILE *const file = open_reference("reml_data.csv");
    char line[400];
    *n = 0;
    assert_non_null(cases);
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        const char *const name = next_name(&at);
        const int64_t units = strtoll(next_cell(&at), NULL, 10);
        int64_t scores[MODEL_STAGES] = {0};
        uint64_t stages = 0;
        if (*n == 0 || strcmp(cases[*n - 1].name, name) != 0) {
            assert_true(*n < 20);
            print_into(cases[*n].name, sizeof cases[*n].name, "%s", name);
            cases[(*n)++].units = units;
        }
        for (size_t s = 0; s < 6; s++) {
            const char *const cell = next_cell(&at);
            scores[s] = strtoll(cell, NULL, 10);
            stages |= cell[0] == '\0' ? 0 : UINT64_C(1) << s;
        }
        add_row(&cases[*n - 1], scores, stages, strtoull(next_cell(&at), NULL, 10));
    }
    fclose(file);
    return cases;
}

static double estimate_of(const struct mixed_model *model, const struct model_room *room,
                          const char *statistic, size_t stage)
{
    const struct model_estimate mean = model_mean(model, room, stage);
    const struct model_estimate change = model_change(model, room, 0, stage);
    return strcmp(statistic, "model_reml_loglik") == 0 ? model->loglik
           : statistic[0] == 'v'
               ? model->covariance[(size_t)(statistic[1] - '1') * model->base.n_stages + stage]
           : strcmp(statistic, "model_mean") == 0           ? mean.estimate
           : strcmp(statistic, "model_se") == 0             ? mean.se
           : strcmp(statistic, "model_change") == 0         ? change.estimate
           : strcmp(statistic, "model_change_se") == 0      ? change.se
           : strcmp(statistic, "model_change_df") == 0      ? change.df
           : strcmp(statistic, "model_change_ci_low") == 0  ? change.ci_low
           : strcmp(statistic, "model_change_ci_high") == 0 ? change.ci_high
           : strcmp(statistic, "log_model_change_p") == 0   ? log(change.p)
                                                            : NAN;
}

static enum model_structure structure_of(const char *name)
{
    return strcmp(name, "un") == 0    ? MODEL_UNSTRUCTURED
           : strcmp(name, "csh") == 0 ? MODEL_HETEROGENEOUS
                                      : MODEL_COMPOUND;
}

static enum model_errors errors_of(const char *name)
{
    return strcmp(name, "kenward-roger") == 0   ? MODEL_KENWARD_ROGER
           : strcmp(name, "satterthwaite") == 0 ? MODEL_SATTERTHWAITE
                                                : MODEL_ROBUST;
}

/* Compares with every line of a file; returns the largest difference. */
static void check_file(const char *file_name, double tolerance)
{
    size_t n, at_case = 0, n_lines = 0;
    struct case_data *const cases = cases_read(&n);
    FILE *const file = open_reference(file_name);
    struct model_room *const room = model_room_new(6, MOST_PATTERNS);
    char line[400], fitted[80] = "", worst_at[120] = "";
    struct mixed_model model = {0};
    double worst = 0.0;
    assert_non_null(room);
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        const char *const name = next_name(&at), *const structure = next_cell(&at);
        const char *const errors = next_cell(&at), *const statistic = next_cell(&at);
        const size_t stage = strtoull(next_cell(&at), NULL, 10);
        const double expected = strtod(next_cell(&at), NULL);
        char wanted[80];
        double got, difference;
        while (strcmp(cases[at_case].name, name) != 0) {
            at_case = (at_case + 1) % n;
        }
        print_into(wanted, sizeof wanted, "%s|%s|%s", name, structure, errors);
        if (strcmp(wanted, fitted) != 0) {
            const struct case_data *const data = &cases[at_case];
            model = mixed_model(data->patterns, data->n_patterns, data->units,
                                structure_of(structure), errors_of(errors), room);
            if (model.outcome != MODEL_FITTED) {
                fail_msg("%s: outcome %d after %d steps", wanted, (int)model.outcome,
                         model.n_iterations);
            }
            assert_true(model.score < 1e-8);
            print_into(fitted, sizeof fitted, "%s", wanted);
        }
        got = estimate_of(&model, room, statistic, stage == 0 ? 0 : stage - 1);
        if (statistic[0] == 'l' && expected < -745.0) { /* no double holds it */
            got = got == -INFINITY ? expected : got;
        }
        difference = fabs(got - expected) / fmax(fabs(expected), 1e-300);
        if (!close_to(got, expected, tolerance)) {
            fail_msg("%s: %s at stage %zu: expected %.17g, got %.17g", wanted, statistic, stage,
                     expected, got);
        }
        if (difference > worst) {
            worst = difference;
            print_into(worst_at, sizeof worst_at, "%s %s %zu", wanted, statistic, stage);
        }
        n_lines++;
    }
    assert_true(n_lines > 100);
    print_message("%s: %zu values, largest relative difference %.1e (%s)\n", file_name, n_lines,
                  worst, worst_at);
    model_room_free(room);
    fclose(file);
    free(cases);
}

static void test_against_scoring(void **state)
{
    (void)state;
    check_file("reml.csv", 1e-8);
}

static void test_against_packages(void **state)
{
    (void)state;
    check_file("reml_peers.csv", 2e-5);
}

/* --- by hand --- */

struct row {
    int64_t scores[4];
    uint64_t stages, count;
};

static void add_rows(struct case_data *data, const struct row rows[], size_t n)
{
    *data = (struct case_data){.units = 1};
    for (size_t i = 0; i < n && rows[i].count > 0; i++) {
        int64_t scores[MODEL_STAGES] = {0};
        memcpy(scores, rows[i].scores, sizeof rows[i].scores);
        add_row(data, scores, rows[i].stages, rows[i].count);
    }
}

/* What cannot be fitted, and why. */
static const struct {
    const char *name;
    struct row rows[6];
    enum model_structure structure, rule;
    enum model_outcome expected;
} refused[] = {
    {"nobody", {{{0}, 0, 0}}, MODEL_UNSTRUCTURED, MODEL_NONE, MODEL_TOO_FEW_PEOPLE},
    {"nine", {{{4, 5}, 3, 5}, {{5, 3}, 3, 4}}, MODEL_COMPOUND, MODEL_NONE, MODEL_TOO_FEW_PEOPLE},
    {"one stage", {{{4}, 1, 5}, {{5}, 1, 5}}, MODEL_COMPOUND, MODEL_NONE, MODEL_ONE_STAGE},
    {"one other score", /* a stage needs two */
     {{{4}, 1, 5}, {{5, 9}, 3, 1}, {{6}, 1, 5}},
     MODEL_COMPOUND,
     MODEL_NONE,
     MODEL_ONE_STAGE},
    {"nobody twice",
     {{{4}, 1, 5}, {{6}, 1, 5}, {{0, 4}, 2, 5}, {{0, 7}, 2, 5}},
     MODEL_COMPOUND,
     MODEL_NONE,
     MODEL_NOT_ESTIMABLE},
    {"all alike", {{{4, 4}, 3, 30}}, MODEL_UNSTRUCTURED, MODEL_UNSTRUCTURED, MODEL_NO_SPREAD},
    {"all alike after",
     {{{4, 9}, 3, 20}, {{5, 9}, 3, 20}},
     MODEL_UNSTRUCTURED,
     MODEL_UNSTRUCTURED,
     MODEL_NO_SPREAD},
    {"a line",
     {{{4, 9}, 3, 20}, {{5, 10}, 3, 20}, {{9, 14}, 3, 20}},
     MODEL_UNSTRUCTURED,
     MODEL_UNSTRUCTURED,
     MODEL_SINGULAR},
    {"a line, some gone",
     {{{4, 9}, 3, 20}, {{5, 10}, 3, 20}, {{9, 14}, 3, 20}, {{7}, 1, 9}},
     MODEL_UNSTRUCTURED,
     MODEL_UNSTRUCTURED,
     MODEL_SINGULAR},
    {"two stages apart", /* nobody has the second and the third */
     {{{4, 9}, 3, 20}, {{5, 7}, 3, 20}, {{9, 0, 14}, 5, 20}, {{5, 0, 11}, 5, 20}},
     MODEL_UNSTRUCTURED,
     MODEL_HETEROGENEOUS,
     MODEL_NOT_ESTIMABLE},
};

static void expect_nothing(const char *name, const struct mixed_model *model,
                           const struct model_room *room)
{
    const struct model_estimate mean = model_mean(model, room, 0);
    const struct model_estimate change = model_change(model, room, 0, 1);
    if (!isnan(mean.estimate) || !isnan(mean.se) || !isnan(change.estimate) || !isnan(change.p) ||
        !isnan(model->loglik)) {
        fail_msg("%s: a number", name);
    }
}

static void test_refused(void **state)
{
    struct model_room *const room = model_room_new(4, MOST_PATTERNS);
    struct case_data *const data = calloc(1, sizeof *data);
    (void)state;
    assert_non_null(room);
    assert_non_null(data);
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct mixed_model model;
        struct model_base base;
        enum model_outcome outcome;
        add_rows(data, refused[i].rows, COUNT(refused[i].rows));
        model = mixed_model(data->patterns, data->n_patterns, 1, refused[i].structure, MODEL_ROBUST,
                            room);
        if (model.outcome != refused[i].expected) {
            fail_msg("%s: expected outcome %d, got %d", refused[i].name, (int)refused[i].expected,
                     (int)model.outcome);
        }
        expect_nothing(refused[i].name, &model, room);
        if (model_rule(data->patterns, data->n_patterns, &outcome, &base) != refused[i].rule) {
            fail_msg("%s: another structure by the rule", refused[i].name);
        }
    }
    free(data);
    model_room_free(room);
}

/* The rule's bounds: 10 and 5 for each stage. People with one score do not count for them. */
static void test_rule(void **state)
{
    static const struct {
        uint64_t repeated, once;
        enum model_structure expected;
    } bounds[] = {
        {30, 0, MODEL_UNSTRUCTURED}, {29, 100, MODEL_HETEROGENEOUS}, {15, 0, MODEL_HETEROGENEOUS},
        {14, 100, MODEL_COMPOUND},   {10, 0, MODEL_COMPOUND},        {9, 1, MODEL_COMPOUND},
        {9, 0, MODEL_NONE}};
    struct case_data *const data = calloc(1, sizeof *data);
    (void)state;
    assert_non_null(data);
    for (size_t i = 0; i < COUNT(bounds); i++) {
        const struct row rows[] = {{{4, 6, 7}, 7, bounds[i].repeated}, {{5}, 1, bounds[i].once}};
        struct model_base base;
        enum model_outcome outcome;
        add_rows(data, rows, COUNT(rows));
        assert_int_equal(model_rule(data->patterns, data->n_patterns, &outcome, &base),
                         bounds[i].expected);
        assert_true(base.n_repeated == bounds[i].repeated);
        assert_true(base.n_people == bounds[i].repeated + bounds[i].once);
        assert_int_equal(base.n_stages, 3);
    }
    free(data);
}

/* With two stages and nobody missing it is the paired t test, in one step. The twelve changes have
   the sum 18 and the sum of squares 74. */
static void test_complete_is_paired(void **state)
{
    static const int64_t before[] = {41, 38, 52, 44, 39, 47, 36, 50, 45, 42, 40, 48};
    static const int64_t change[] = {1, -2, 3, 4, 0, 2, 1, 5, 3, 2, -1, 0};
    const double n = 12.0, mean = 18.0 / 12.0, squares = 74.0 - 18.0 * 18.0 / 12.0;
    struct row rows[COUNT(before)] = {{{0}, 0, 0}};
    struct model_room *const room = model_room_new(2, MOST_PATTERNS);
    struct case_data *const data = calloc(1, sizeof *data);
    (void)state;
    assert_non_null(room);
    assert_non_null(data);
    for (size_t i = 0; i < COUNT(before); i++) {
        rows[i] = (struct row){{before[i], before[i] + change[i]}, 3, 1};
    }
    add_rows(data, rows, COUNT(rows));
    for (int errors = MODEL_KENWARD_ROGER; errors <= MODEL_ROBUST; errors++) {
        const struct mixed_model model =
            mixed_model(data->patterns, 1, 1, MODEL_UNSTRUCTURED, (enum model_errors)errors, room);
        const struct model_estimate got = model_change(&model, room, 0, 1);
        assert_int_equal(model.outcome, MODEL_FITTED);
        assert_int_equal(model.n_iterations, 1);
        assert_true(close_to(got.estimate, mean, 1e-14));
        assert_true(close_to(got.se, sqrt(squares / (n - 1.0) / n), 1e-12));
        assert_true(close_to(got.df, n - 1.0, 1e-12));
    }
    free(data);
    model_room_free(room);
}

/* Sums that no scores have, as a forged tally might: an outcome or numbers, and no crash. */
static void test_nonsense(void **state)
{
    struct model_room *const room = model_room_new(3, 4);
    (void)state;
    assert_non_null(room);
    for (int i = 0; i < 300; i++) {
        int128 terms[4][9];
        struct score_pattern patterns[4];
        uint64_t seed = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) + 1;
        for (size_t p = 0; p < 4; p++) {
            static const uint64_t stages[] = {7, 3, 5, 1};
            static const size_t m[] = {3, 2, 2, 1};
            for (size_t t = 0; t < 9; t++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
                terms[p][t] = (int128)(int64_t)seed >> (i % 60);
            }
            patterns[p] =
                (struct score_pattern){stages[p], 1 + (seed >> 33) % 40, terms[p], terms[p] + m[p]};
        }
        for (int s = MODEL_UNSTRUCTURED; s <= MODEL_COMPOUND; s++) {
            const struct mixed_model model =
                mixed_model(patterns, 4, 1, (enum model_structure)s, MODEL_ROBUST, room);
            const struct model_estimate change = model_change(&model, room, 0, 2);
            assert_true(isnan(change.se) || (change.se > 0.0 && change.p <= 1.0));
            if (model.outcome != MODEL_FITTED) {
                expect_nothing("nonsense", &model, room);
            }
        }
    }
    model_room_free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_scoring),
        cmocka_unit_test(test_against_packages),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_complete_is_paired),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
