#include "tests/join_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/check.h"

void add_given(struct join_world *world, const struct given *given, uint64_t row)
{
    const uint32_t codes[GOAL_PAYLOAD] = {
        (uint32_t)(given->code - (given->goal == NULL ? 0 : 'A'))};
    const struct form form = {
        .measure = given->measure,
        .place = PLACE(0, row),
        .stage = given->stage,
        .may_start = given->may_start,
        .date = given->date,
        .cohort = world_site(world, &given->site, given->site == '-' ? 0 : 1),
        .goal = given->goal == NULL ? NO_NAME : world_name(world, given->goal),
        .category = NO_NAME,
        .family = given->family == NULL ? (struct family_id){{0, 0}}
                                        : family_id_of(given->family, strlen(given->family))};
    world_add(world, (const char[]){given->who, '\0'}, &form, codes);
}

/* --- what came of it, as texts ---------------------------------------------------------------- */

#define ENTRY 60
#define MOST_ENTRIES (2 * MOST_FORMS)

static int text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Joins the sorted texts of n entries into `out`. */
static void join_sorted(char entries[][ENTRY], size_t n, const char *separator, char *out,
                        size_t size)
{
    size_t used = 0;
    qsort(entries, n, sizeof entries[0], text_compare);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? separator : "", entries[i]);
        assert_true(used < size);
    }
}

static char print_code(const struct join_layout *layout, const unsigned char *stored)
{
    const uint32_t code =
        code_at(stored, layout->is_goals ? layout->stored_bytes : layout->code_bytes);
    return (char)(layout->is_goals ? 'A' + rating_level(code - 1) : code);
}

/* A letter for each stage, and how many stages have a form. */
static size_t print_series(const struct join_world *world, size_t join, uint32_t series, char *out)
{
    const struct join_layout *const layout = world->respondents.joins[join].layout;
    const unsigned char *const at = join_series(&world->respondents.joins[join], series);
    size_t stage, n = 0;
    for (stage = 0; stage < world->study->n_stages; stage++) {
        const enum slot_state state = series_state(layout, at, stage);
        out[stage] = state == SLOT_EMPTY ? '.'
                     : state == SLOT_CONFLICT
                         ? '!'
                         : print_code(layout, series_payload(layout, at, stage));
        n += state != SLOT_EMPTY;
    }
    out[stage] = '\0';
    return n;
}

/* Of a questionnaire: the versions that have a form, or the first where none has. */
static size_t print_versions(const struct join_world *world, size_t join, uint32_t person,
                             char series[][ENTRY])
{
    const struct join_layout *const layout = &world->rules.joins[join];
    size_t n = 0;
    for (size_t i = 0; i < layout->n_versions; i++) {
        if (print_series(world, join, version_series(layout, person, i), series[n]) > 0) {
            n++;
        }
    }
    if (n == 0) {
        print_series(world, join, version_series(layout, person, 0), series[n++]);
    }
    return n;
}

/* Of goals: all, by name, which is cut off again. */
static size_t print_goals(const struct join_world *world, size_t join, uint32_t person,
                          char series[][ENTRY])
{
    const struct join *const j = &world->respondents.joins[join];
    size_t n = 0;
    for (struct goal_cursor goal = goals_of(j, person); goal.at != NULL; goals_next(j, &goal)) {
        char places[8];
        assert_true(n < MOST_FORMS);
        print_series(world, join, goal.series, places);
        snprintf(series[n++], ENTRY, "%-2s%s",
                 names_text(&world->names, goal_at(j->layout, &goal).goal), places);
    }
    qsort(series, n, ENTRY, text_compare);
    for (size_t i = 0; i < n; i++) {
        memmove(series[i], series[i] + 2, strlen(series[i] + 2) + 1);
    }
    return n;
}

/* "p A.B|... N* f" of one respondent. */
static void print_person(const struct join_world *world, size_t join, uint32_t person, char *out)
{
    const struct respondent *const respondent =
        join_respondent(&world->respondents.joins[join], person);
    const struct family_id family =
        join_family(&world->respondents.joins[join], person); /* a short one is its own text */
    char series[MOST_FORMS][ENTRY], text[ENTRY] = "", site = '-';
    size_t length;
    const struct id whose = join_id(&world->respondents.joins[join], person);
    const char *const id = id_text(&whose, &length);
    const size_t n = world->rules.joins[join].is_goals
                         ? print_goals(world, join, person, series)
                         : print_versions(world, join, person, series);
    for (size_t i = 0; i < n; i++) {
        strcat(strcat(text, i > 0 ? "|" : ""), series[i]);
    }
    if (respondent->cohort_rank != 0) {
        const uint32_t value = cohorts_value_of(&world->cohorts, respondent->cohort, 0);
        site = value == 0 ? '-' : names_text(&world->cohorts.values, value)[0];
    }
    assert_true(snprintf(out, ENTRY, "%.*s %s %c%s%s%.16s", (int)length, id, text, site,
                         respondent->moved ? "*" : "", family_is_none(family) ? "" : " ",
                         (const char *)&family) < ENTRY);
}

static void print_people(const struct join_world *world, char *out, size_t size)
{
    char entries[MOST_ENTRIES][ENTRY];
    size_t n = 0;
    for (size_t j = 0; j < world->study->n_joins; j++) {
        for (uint32_t i = 0; i < world->respondents.joins[j].n_respondents; i++) {
            print_person(world, j, i, entries[n++]);
        }
    }
    join_sorted(entries, n, ", ", out, size);
}

/* The reasons; with the rows, where they are wanted. */
static void print_reasons(const struct join_world *world, bool rows, char *out, size_t size)
{
    char entries[MOST_ENTRIES][ENTRY];
    size_t n;
    for (n = 0; n < world->respondents.n_set_aside; n++) {
        const struct set_aside *const row = &world->respondents.set_aside[n];
        const char reason = row->reason == FORM_DUPLICATE_SAME   ? '='
                            : row->reason == FORM_CONFLICTING    ? '!'
                            : row->reason == FORM_OUTSIDE_WINDOW ? 'w'
                                                                 : '?';
        assert_true(n < MOST_FORMS);
        snprintf(entries[n], ENTRY, "%c%c", reason,
                 row->stage == LISTED_NO_STAGE ? '-' : (char)('0' + row->stage));
        if (rows) {
            snprintf(entries[n] + 2, ENTRY - 2, "@%u", (unsigned)PLACE_ROW(row->place));
        }
        assert_int_equal(row->series == NO_NAME, row->stage == LISTED_NO_STAGE);
    }
    join_sorted(entries, n, " ", out, size);
}

/* The rows of a series' forms. */
static size_t print_rows(const struct join_world *world, size_t join, uint32_t series,
                         char entries[][ENTRY], size_t n)
{
    const struct join_layout *const layout = world->respondents.joins[join].layout;
    const unsigned char *const at = join_series(&world->respondents.joins[join], series);
    for (size_t stage = 0; stage < world->study->n_stages; stage++) {
        if (series_state(layout, at, stage) != SLOT_EMPTY) {
            assert_true(n < MOST_ENTRIES);
            snprintf(entries[n++], ENTRY, "%u",
                     (unsigned)PLACE_ROW(series_place(&world->rules, layout, at, stage)));
        }
    }
    return n;
}

/* The rows of the forms that are used, or of the first that conflict. */
static void print_used(const struct join_world *world, char *out, size_t size)
{
    char entries[MOST_ENTRIES][ENTRY];
    size_t n = 0;
    for (size_t j = 0; j < world->study->n_joins; j++) {
        const struct join *const join = &world->respondents.joins[j];
        for (uint32_t person = 0; person < join->n_respondents; person++) {
            for (size_t i = 0; i < join->layout->n_versions; i++) {
                n = print_rows(world, j, version_series(join->layout, person, i), entries, n);
            }
            if (join->layout->is_goals) {
                for (struct goal_cursor goal = goals_of(join, person); goal.at != NULL;
                     goals_next(join, &goal)) {
                    n = print_rows(world, j, goal.series, entries, n);
                }
            }
        }
    }
    join_sorted(entries, n, " ", out, size);
}

/* --- one case in every order ------------------------------------------------------------------ */

/* How forms are fed: with rows that ascend as they come; with the rows that they have in the case,
   so that they come in another order than that of the files; and without places. */
enum feeding { AS_READ, SHUFFLED, WITHOUT_PLACES, N_FEEDINGS };

struct trial {
    const struct join_case *what;
    enum feeding feeding;
    size_t n, tried;
    char rows[200]; /* SHUFFLED: what the first order gave, as all must */
};

/* No row is named twice among those set aside, and a used one not at all. */
static void check_rows(const char *name, const struct join_world *world, const char *used)
{
    for (size_t i = 0; i < world->respondents.n_set_aside; i++) {
        for (size_t j = 0; j < i; j++) {
            if (world->respondents.set_aside[i].place == world->respondents.set_aside[j].place) {
                fail_msg("%s: a row is set aside twice; used are %s", name, used);
            }
        }
    }
}

static size_t count_of(const char *text, char letter)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == letter;
    }
    return n;
}

/* What is set aside is counted, whether or not it is listed. */
static void check_counts(const struct trial *trial, const struct join_world *world)
{
    static const struct {
        enum form_reason reason;
        char letter;
    } reasons[] = {{FORM_DUPLICATE_SAME, '='}, {FORM_CONFLICTING, '!'}, {FORM_OUTSIDE_WINDOW, 'w'}};
    for (size_t i = 0; i < COUNT(reasons); i++) {
        uint64_t n = 0;
        for (size_t m = 0; m < world->study->n_measures; m++) {
            n += world->respondents.set_aside_counts[m * N_FORM_REASONS + reasons[i].reason];
        }
        if (n != count_of(trial->what->reasons, reasons[i].letter)) {
            fail_msg("%s: %c is counted %u times, expected \"%s\"", trial->what->name,
                     reasons[i].letter, (unsigned)n, trial->what->reasons);
        }
    }
}

static void check_texts(const struct trial *trial, const struct join_world *world, const char *how)
{
    const struct join_case *const what = trial->what;
    char people[400], reasons[200];
    print_people(world, people, sizeof people);
    print_reasons(world, false, reasons, sizeof reasons);
    if (strcmp(people, what->people) != 0 ||
        strcmp(reasons, trial->feeding == WITHOUT_PLACES ? "" : what->reasons) != 0) {
        fail_msg("%s, forms in the order %s: expected \"%s\" and \"%s\", got \"%s\" and \"%s\"",
                 what->name, how, what->people, what->reasons, people, reasons);
    }
}

static void check_order(struct trial *trial, const size_t order[])
{
    struct join_world world;
    char how[MOST_FORMS + 1] = "", rows[200], used[100];
    world_init(&world, trial->what->study, trial->feeding != WITHOUT_PLACES);
    for (size_t i = 0; i < trial->n; i++) {
        add_given(&world, &trial->what->forms[order[i]],
                  (trial->feeding == SHUFFLED ? order[i] : i) + 2);
        how[i] = (char)('1' + order[i]);
    }
    assert_true(respondents_resolve(&world.respondents));
    check_texts(trial, &world, how);
    check_counts(trial, &world);
    print_used(&world, used, sizeof used);
    check_rows(trial->what->name, &world, used);
    if (trial->feeding == SHUFFLED) {
        print_reasons(&world, true, rows, sizeof rows);
        strcat(strcat(rows, "; used "), used);
        if (trial->tried == 0) {
            strcpy(trial->rows, rows);
        }
        if (strcmp(rows, trial->rows) != 0) {
            fail_msg("%s, forms in the order %s: set aside %s, and in their own order %s",
                     trial->what->name, how, rows, trial->rows);
        }
    }
    trial->tried++;
    world_free(&world);
}

/* Calls check_order for every order of the forms that begins as `order` does. */
static void check_orders(struct trial *trial, size_t order[], size_t fixed)
{
    if (fixed >= trial->n ||
        fixed >= MOST_FORMS) { /* the second is known to us, not to compilers */
        check_order(trial, order);
        return;
    }
    for (size_t i = 0; i < trial->n; i++) {
        bool used = false;
        for (size_t k = 0; k < fixed; k++) {
            used = used || order[k] == i;
        }
        if (!used) {
            order[fixed] = i;
            check_orders(trial, order, fixed + 1);
        }
    }
}

void check_join_cases(const struct join_case cases[], size_t n_cases)
{
    static const size_t factorial[] = {1, 1, 2, 6, 24, 120, 720};
    for (size_t i = 0; i < n_cases; i++) {
        for (int feeding = 0; feeding < N_FEEDINGS; feeding++) {
            struct trial trial = {.what = &cases[i], .feeding = (enum feeding)feeding};
            size_t order[MOST_FORMS];
            while (trial.n < MOST_FORMS && cases[i].forms[trial.n].who != '\0') {
                trial.n++;
            }
            check_orders(&trial, order, 0);
            assert_int_equal(trial.tried, factorial[trial.n]);
        }
    }
}
