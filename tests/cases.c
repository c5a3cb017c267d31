#include "tests/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/check.h"

/* The whole number behind the comma at *at, which moves to its end. */
static int64_t next_number(char **at)
{
    const char *const from = *at + 1;
    int64_t number;
    assert_true(**at == ',');
    number = strtoll(from, at, 10);
    assert_true(*at > from);
    return number;
}

void cases_open(struct cases *cases)
{
    static const char path[] = REFERENCE_DIR "/statistics_data.csv";
    FILE *const file = fopen(path, "r");
    char line[200], name[40];
    size_t n_pairs = 0;
    if (file == NULL) {
        fail_msg("cannot open %s", path);
    }
    *cases = (struct cases){.pairs = calloc(MOST_PAIRS, sizeof *cases->pairs),
                            .scores = calloc(MOST_PAIRS, sizeof *cases->scores)};
    assert_non_null(cases->pairs);
    assert_non_null(cases->scores);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "case,units_per_point,before,after,count\n");
    while (fgets(line, sizeof line, file) != NULL) {
        struct pair_count *const pair = &cases->pairs[n_pairs];
        const size_t length = strcspn(line, ",");
        char *at = line + length;
        int64_t units;
        assert_true(n_pairs < MOST_PAIRS && length < sizeof name);
        memcpy(name, line, length);
        name[length] = '\0';
        units = next_number(&at);
        pair->before = next_number(&at);
        pair->after = next_number(&at);
        pair->count = (uint64_t)next_number(&at);
        assert_string_equal(at, "\n");
        if (cases->n_cases == 0 || strcmp(name, cases->names[cases->n_cases - 1]) != 0) {
            assert_true(cases->n_cases < MOST_CASES);
            memcpy(cases->names[cases->n_cases], name, sizeof name);
            cases->joints[cases->n_cases++] =
                (struct joint){.pairs = pair, .units_per_point = units};
        }
        cases->joints[cases->n_cases - 1].n_pairs++;
        n_pairs++;
    }
    fclose(file);
}

void cases_close(struct cases *cases)
{
    free(cases->pairs);
    free(cases->scores);
    *cases = (struct cases){.n_cases = 0};
}

struct distribution case_distribution(struct cases *cases, size_t index,
                                      size_t (*of)(const struct joint *, struct score_count[]))
{
    const struct joint *const joint = &cases->joints[index];
    return (struct distribution){.scores = cases->scores,
                                 .n_scores = of(joint, cases->scores),
                                 .units_per_point = joint->units_per_point};
}
