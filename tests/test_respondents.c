/* Expected places and reasons worked out by hand from engine/respondents.h, docs/study-file.md and
   chapters 4 and 5 of the design. What dates decide is in test_windows.c. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "tests/join_cases.h"

static const struct stage plain[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};

static const struct study by_stage = {STUDY_OF(plain), .before = 0, .after = 2,
                                      .goals = {.has_category = true, .n_flags = MAX_FLAGS}},
                          weighted = {STUDY_OF(plain), .before = 0, .after = 2,
                                      .goals = {.weighted = true}},
                          keep_first = {STUDY_OF(plain), .before = 0, .after = 2,
                                        .duplicates = PICK_FIRST},
                          from_mid = {STUDY_OF(plain), .before = 1, .after = 2},
                          from_first = {STUDY_OF(plain), .before = 1, .after = 2,
                                        .cohort_from = COHORT_FROM_FIRST},
                          from_after = {STUDY_OF(plain), .before = 0, .after = 1,
                                        .cohort_from = COHORT_FROM_AFTER};

#define G(who_, stage_, code_, family_)                                             \
    {                                                                               \
        .who = (who_), .stage = (stage_), .date = ND, .code = (code_), .site = 'N', \
        .family = (family_)                                                         \
    }

static const struct join_case cases[] = {
    /* placing, duplicates, conflicts */
    {"one form", &by_stage, {F('p', 0, ND, 'A', 'N')}, "p A.. N", ""},
    {"two stages", &by_stage, {F('p', 0, ND, 'A', 'N'), F('p', 2, ND, 'B', 'N')}, "p A.B N", ""},
    {"two people",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('q', 0, ND, 'B', 'S'), F('q', 1, ND, 'A', 'S')},
     "p A.. N, q BA. S",
     ""},
    {"A, A", &by_stage, {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N')}, "p .A. N", "=1"},
    {"A, A, A",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N')},
     "p .A. N",
     "=1 =1"},
    {"A, B", &by_stage, {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N')}, "p .!. N", "!1 !1"},
    {"A, A, B",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N')},
     "p .!. N",
     "!1 !1 !1"},
    {"A, B, C",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N'), F('p', 1, ND, 'C', 'N')},
     "p .!. N",
     "!1 !1 !1"},
    {"A, A, B, B, and C elsewhere",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N'),
      F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'C', 'N')},
     "p .!C N",
     "!1 !1 !1 !1"},
    {"a conflict of one, a duplicate of another",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'B', 'N'), F('q', 0, ND, 'A', 'N'),
      F('q', 0, ND, 'A', 'N')},
     "p !.. N, q A.. N",
     "!0 !0 =0"},
    {"a conflict at one stage, a duplicate at another",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'B', 'N'), F('p', 2, ND, 'A', 'N'),
      F('p', 2, ND, 'A', 'N')},
     "p !.A N",
     "!0 !0 =2"},
    {"versions do not meet",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'),
      {'p', 0, ND, 'B', 'N', .measure = 1},
      {'p', 1, ND, 'C', 'N', .measure = 1}},
     "p A..|BC. N",
     ""},
    {"goals do not meet",
     &by_stage,
     {{'p', 0, ND, 'A', 'N', .measure = 2, .goal = "g1"},
      {'p', 0, ND, 'B', 'N', .measure = 2, .goal = "g2"},
      {'p', 1, ND, 'B', 'N', .measure = 2, .goal = "g1"},
      {'p', 1, ND, 'C', 'N', .measure = 2, .goal = "g1"},
      {'p', 1, ND, 'C', 'N', .measure = 2, .goal = "g2"}},
     "p A!.|BC. N",
     "!1 !1"},
    /* where the cohort is read from */
    {"same site", &by_stage, {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'S')}, "p A.B S", ""},
    {"moved, before counts",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"before is the second stage",
     &from_mid,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"no form before, so the first there is",
     &from_mid,
     {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'N')},
     "p A.B S*",
     ""},
    {"only after", &from_mid, {F('p', 2, ND, 'B', 'S')}, "p ..B S", ""},
    {"first",
     &from_first,
     {F('p', 0, ND, 'A', 'S'), F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"first there is",
     &from_first,
     {F('p', 2, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S')},
     "p .BA S*",
     ""},
    {"after",
     &from_after,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"no form after",
     &from_after,
     {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'N')},
     "p A.B S*",
     ""},
    {"alike but for the site: the one that prints first",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'A', 'T')},
     "p A.. N*",
     "=0 =0"},
    {"in conflict, also on the site",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 0, ND, 'B', 'N'), F('p', 1, ND, 'B', 'M')},
     "p !B. N*",
     "!0 !0"},
    {"not recorded prints last",
     &by_stage,
     {F('p', 0, ND, 'A', '-'), F('p', 0, ND, 'A', 'S')},
     "p A.. S*",
     "=0"},
    {"there and back again",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB N*",
     ""},
    {"another version counts for the cohort",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), {'p', 0, ND, 'B', 'S', .measure = 1}},
     "p .A.|B.. S*",
     ""},
    /* families */
    {"one family",
     &by_stage,
     {G('p', 0, 'A', "f"), G('p', 1, 'B', "f"), G('q', 0, 'A', "f"), F('r', 0, ND, 'A', 'N')},
     "p AB. N f, q A.. N f, r A.. N",
     ""},
    {"the stage that says the cohort says the family",
     &by_stage,
     {G('p', 2, 'A', "a"), G('p', 0, 'B', "z"), G('p', 1, 'C', "m")},
     "p BCA N z",
     ""},
    {"the first stage that names one",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), G('p', 1, 'B', "z"), G('p', 2, 'C', "a")},
     "p ABC N z",
     ""},
    {"named by a form that is set aside",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), G('p', 0, 'A', "f"), G('p', 0, 'A', "e")},
     "p A.. N e",
     "=0 =0"},
    {"of nine bytes and of eight",
     &by_stage,
     {G('p', 0, 'A', "family-10"), G('p', 0, 'B', "family-1"), G('q', 1, 'A', "family-10")},
     "p !.. N family-1, q .A. N family-10",
     "!0 !0"},
    {"where forms wait",
     &keep_first,
     {G('p', 1, 'A', "family-10"), G('p', 0, 'B', "family-9")},
     "p BA. N family-9",
     ""},
};

static void test_every_order(void **state)
{
    (void)state;
    check_join_cases(cases, COUNT(cases));
}

/* --- which of several forms is used ----------------------------------------------------------- */

/* Of forms that say the same the one that stands first in the files is used, whichever came first;
   once another differs, all are listed. */
static const struct {
    const char *name;
    const struct study *study;
    const char *codes;
    uint64_t rows[4];
    uint32_t used; /* the row that is used, or the first that conflicts */
    const char *listed;
} alike[] = {
    {"the second", &by_stage, "AAA", {5, 3, 9}, 3, "=5 =9"},
    {"the last", &by_stage, "AAA", {7, 8, 4}, 4, "=7 =8"},
    {"the first", &by_stage, "AAAA", {2, 8, 4, 3}, 2, "=3 =4 =8"},
    {"one that differs", &by_stage, "AAAB", {7, 6, 8, 4}, 4, "!4 !6 !7 !8"},
    {"two that differ", &by_stage, "ABAB", {7, 6, 8, 9}, 6, "!6 !7 !8 !9"},
    {"where forms wait", &keep_first, "AAA", {5, 3, 9}, 3, "=5 =9"},
    {"where forms wait, one that differs", &keep_first, "ABA", {5, 9, 3}, 3, "!3 !5 !9"},
};

static void check_alike(size_t i, size_t first, bool backwards)
{
    const size_t n = strlen(alike[i].codes);
    struct join_world world;
    char listed[100] = "", line[16];
    world_init(&world, alike[i].study, true);
    for (size_t k = 0; k < n; k++) {
        const size_t which = (first + (backwards ? n - k : k)) % n;
        const struct given form = F('p', 1, 1000, alike[i].codes[which], 'N');
        add_given(&world, &form, alike[i].rows[which]);
    }
    assert_true(respondents_resolve(&world.respondents));
    const struct join_layout *const layout = &world.rules.joins[0];
    const unsigned char *const at = join_series(&world.respondents.joins[0], 0);
    const uint64_t used = series_place(&world.rules, layout, at, 1);
    for (uint64_t row = 0; row < 10; row++) { /* in the order of the rows */
        for (size_t k = 0; k < world.respondents.n_set_aside; k++) {
            const struct set_aside *const form = &world.respondents.set_aside[k];
            if (form->place == PLACE(0, row)) {
                snprintf(line, sizeof line, "%s%c%u", listed[0] == '\0' ? "" : " ",
                         form->reason == FORM_DUPLICATE_SAME ? '=' : '!', (unsigned)row);
                strcat(listed, line);
            }
        }
    }
    if (PLACE_ROW(used) != alike[i].used || strcmp(listed, alike[i].listed) != 0) {
        fail_msg("%s, from form %zu%s: used %u, listed \"%s\"", alike[i].name, first,
                 backwards ? " backwards" : "", PLACE_ROW(used), listed);
    }
    world_free(&world);
}

static void test_first_in_the_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alike); i++) {
        for (size_t first = 0; first < strlen(alike[i].codes); first++) {
            check_alike(i, first, false);
            check_alike(i, first, true);
        }
    }
}

/* --- goals and their categories --------------------------------------------------------------- */

/* One rating of g1 of the family f. */
struct rating {
    uint32_t stage;
    const char *category; /* NULL: none */
    uint16_t flags;
};

static const struct {
    const char *name;
    struct rating ratings[3];
    size_t n;
    const char *category; /* of the earliest stage that gives one */
    uint16_t flags;       /* yes anywhere is yes */
} goals[] = {
    {"none", {{0, NULL, 0}, {1, NULL, 0}}, 2, NULL, 0},
    {"one", {{0, "Home", 1}, {1, NULL, 0}}, 2, "Home", 1},
    {"only later", {{0, NULL, 1}, {2, "Home", 4}}, 2, "Home", 5},
    {"the earliest", {{0, NULL, 0}, {1, "School", 2}, {2, "Home", 2}}, 3, "School", 2},
    {"at one stage: by bytes", {{0, "School", 0}, {0, "Home", 0}, {1, "Body", 0}}, 3, "Home", 0},
};

static void add_rating(struct join_world *world, const struct rating *rating,
                       const uint32_t codes[], uint64_t row)
{
    const struct form form = {
        .measure = TOY_GOALS,
        .place = PLACE(0, row),
        .stage = rating->stage,
        .date = NO_DATE,
        .cohort = world_site(world, "", 0),
        .goal = world_name(world, "g1"),
        .category = rating->category == NULL ? NO_NAME : world_name(world, rating->category),
        .flags = rating->flags};
    world_add(world, "f", &form, codes);
}

static void test_categories_and_flags(void **state)
{
    (void)state;
    static const uint32_t codes[GOAL_PAYLOAD] = {4};
    for (size_t i = 0; i < COUNT(goals); i++) {
        for (int backwards = 0; backwards < 2; backwards++) {
            struct join_world world;
            world_init(&world, &by_stage, true);
            for (size_t k = 0; k < goals[i].n; k++) {
                add_rating(&world, &goals[i].ratings[backwards ? goals[i].n - 1 - k : k], codes,
                           k + 2);
            }
            assert_true(respondents_resolve(&world.respondents));
            const struct join *const join = &world.respondents.joins[1];
            const struct goal_cursor goal = goals_of(join, 0);
            const struct known_goal known = goal_at(join->layout, &goal);
            const char *const category =
                known.category == NO_NAME ? NULL : names_text(&world.names, known.category);
            if ((category == NULL) != (goals[i].category == NULL) ||
                (category != NULL && strcmp(category, goals[i].category) != 0) ||
                known.flags != goals[i].flags) {
                fail_msg("%s: %s, flags %u", goals[i].name, category == NULL ? "none" : category,
                         known.flags);
            }
            world_free(&world);
        }
    }
}

/* The weight of a goal is part of what two ratings are compared by, where the study weighs
   goals. */
static void test_weights_are_compared(void **state)
{
    (void)state;
    static const uint32_t codes[][GOAL_PAYLOAD] = {{4, 10001}, {4, 10001}, {4, 20001}, {4, 10001}};
    static const struct rating ratings[] = {{0, NULL, 0}, {0, NULL, 0}, {1, NULL, 0}, {1, NULL, 0}};
    for (int weighs = 0; weighs < 2; weighs++) {
        struct join_world world;
        world_init(&world, weighs ? &weighted : &by_stage, true);
        for (size_t i = 0; i < COUNT(codes); i++) {
            add_rating(&world, &ratings[i], codes[i], i + 2);
        }
        assert_true(respondents_resolve(&world.respondents));
        const struct join *const join = &world.respondents.joins[1];
        const struct join_layout *const layout = join->layout;
        const unsigned char *const at = join_series(join, 0);
        const uint32_t code = series_rating(layout, at, 0) - 1;
        assert_int_equal(series_state(layout, at, 0), SLOT_FORM);
        assert_int_equal(series_state(layout, at, 1), weighs ? SLOT_CONFLICT : SLOT_FORM);
        assert_int_equal(rating_level(code), 4);
        assert_int_equal(rating_weight(join, code), weighs ? 10001 : 0);
        world_free(&world);
    }
}

/* --- many goals ------------------------------------------------------------------------------- */

/* How many goals three respondents have; and what numbers their names have, and how many weights there are:
   those that fit a narrow layout, and others. */
static const uint32_t n_goals_of[] = {2, 9, 300};
#define MOST_GOALS 300
static const struct {
    uint32_t step, n_weights;
} namings[] = {{7, 3}, {7, 28}, {7, 29}, {218, 3}, {219, 3}, {14000000, 500}};

/* One rating of goal `goal` of respondent `who`: all is made of these numbers. */
static uint32_t level_of(uint32_t who, uint32_t goal, uint32_t stage)
{
    return (who + 3 * goal + 5 * stage) % GAS_N_HALVES;
}
static uint32_t weight_of(uint32_t goal, uint32_t stage, uint32_t n_weights)
{
    return (goal * 11 + stage) % n_weights * 10000;
}

static void add_goals(struct join_world *world, uint32_t step, uint32_t n_weights, uint32_t stride)
{
    const uint32_t n = COUNT(n_goals_of) * MOST_GOALS * 2;
    for (uint32_t i = 0; i < n; i++) { /* in an order of which nothing is to be seen */
        const uint32_t k = (uint32_t)((uint64_t)i * stride % n);
        const uint32_t who = k % 3, goal = k / 3 % MOST_GOALS, stage = k / 3 / MOST_GOALS;
        const uint32_t codes[GOAL_PAYLOAD] = {level_of(who, goal, stage),
                                              weight_of(goal, stage, n_weights)};
        const struct form form = {.measure = TOY_GOALS,
                                  .place = PLACE(0, k + 2),
                                  .stage = stage,
                                  .date = NO_DATE,
                                  .goal = goal * step,
                                  .category = goal % 5 == 0 ? NO_NAME : goal * step};
        if (goal < n_goals_of[who]) {
            world_add(world, (const char[]){(char)('a' + who), '\0'}, &form, codes);
        }
    }
}

static void check_goals(const struct join_world *world, uint32_t who, uint32_t step,
                        uint32_t n_weights)
{
    const struct join *const join = &world->respondents.joins[1];
    const uint32_t person = world_find(world, 1, (const char[]){(char)('a' + who), '\0'});
    bool seen[MOST_GOALS] = {false};
    uint32_t n = 0;
    for (struct goal_cursor next = goals_of(join, person); next.at != NULL;
         goals_next(join, &next), n++) {
        const unsigned char *const at = next.at;
        const struct known_goal known = goal_at(join->layout, &next);
        const uint32_t goal = known.goal / step;
        assert_true(goal < n_goals_of[who] && known.goal % step == 0 && !seen[goal]);
        seen[goal] = true;
        assert_int_equal(known.category, goal % 5 == 0 ? NO_NAME : known.goal);
        for (uint32_t stage = 0; stage < 3; stage++) {
            const uint32_t code = series_rating(join->layout, at, stage) - 1;
            assert_int_equal(series_state(join->layout, at, stage),
                             stage < 2 ? SLOT_FORM : SLOT_EMPTY);
            if (stage < 2) {
                assert_int_equal(rating_level(code), level_of(who, goal, stage));
                assert_int_equal(rating_weight(join, code), weight_of(goal, stage, n_weights));
            }
        }
    }
    assert_int_equal(n, n_goals_of[who]);
}

static void test_many_goals(void **state)
{
    (void)state;
    static const uint32_t strides[] = {1, 7, 1799};
    for (size_t i = 0; i < COUNT(namings); i++) {
        for (size_t s = 0; s < COUNT(strides); s++) {
            for (int places = 0; places < 2; places++) {
                struct study study = by_stage;
                struct join_world world;
                study.goals.weighted = true;
                world_init(&world, &study, places != 0);
                add_goals(&world, namings[i].step, namings[i].n_weights, strides[s]);
                add_goals(&world, namings[i].step, namings[i].n_weights,
                          11); /* all of them again */
                assert_true(respondents_resolve(&world.respondents));
                for (uint32_t who = 0; who < COUNT(n_goals_of); who++) {
                    check_goals(&world, who, namings[i].step, namings[i].n_weights);
                }
                assert_int_equal(world.respondents.set_aside_counts[TOY_GOALS * N_FORM_REASONS +
                                                                    FORM_DUPLICATE_SAME],
                                 2 * (2 + 9 + 300));
                assert_int_equal(world.respondents.joins[1].layout == &world.rules.joins[1],
                                 namings[i].step * (MOST_GOALS - 1) < 0xffff &&
                                     namings[i].n_weights <= 28);
                world_free(&world);
            }
        }
    }
}

/* --- many respondents ------------------------------------------------------------------------- */

#define MANY 2000
#define LONG_ID "participant-of-the-site-number "

/* Thousands of people, so that every array grows, with nothing lost; every other one has a long id
   and codes take two bytes. */
static void test_many(void **state)
{
    (void)state;
    struct instrument wide = toy;
    struct scale total = toy.scales[0];
    struct measure measure = {.label = "wide", .instrument = &wide};
    struct study study = by_stage;
    struct join_world world;
    total.n_values = 2 * MANY;
    wide.scales = &total;
    study.measures = &measure;
    study.n_measures = study.n_joins = 1;
    world_init(&world, &study, true);
    assert_int_equal(world.rules.joins[0].code_bytes, 2);
    for (uint32_t i = 0; i < 3 * MANY; i++) {
        const uint32_t code = i % MANY;
        const struct form form = {.stage = i / MANY,
                                  .place = PLACE(0, i + 2),
                                  .date = NO_DATE,
                                  .cohort = world_site(&world, "", 0),
                                  .goal = NO_NAME,
                                  .category = NO_NAME};
        char id[60];
        snprintf(id, sizeof id, "%s%u", code % 2 == 0 ? "id " : LONG_ID, code);
        world_add(&world, id, &form, &code);
        assert_int_equal(world_find(&world, 0, id), code);
    }
    assert_true(respondents_resolve(&world.respondents));
    assert_int_equal(world.respondents.n_set_aside, 0);
    assert_int_equal(world.respondents.joins[0].n_respondents, MANY);
    const struct join_layout *const layout = &world.rules.joins[0];
    for (uint32_t i = 0; i < MANY; i++) {
        const unsigned char *const at =
            join_series(&world.respondents.joins[0], version_series(layout, i, 0));
        for (size_t stage = 0; stage < 3; stage++) {
            assert_int_equal(series_state(layout, at, stage), SLOT_FORM);
            assert_int_equal(payload_code(layout, series_payload(layout, at, stage), 0), i);
            assert_int_equal(PLACE_ROW(series_place(&world.rules, layout, at, stage)),
                             stage * MANY + i + 2);
        }
    }
    assert_true(respondents_bytes(&world.respondents) > MANY * sizeof(struct respondent));
    world_free(&world);
}

/* Many at a time, some of one respondent and stage among them. */
static void test_many_at_once(void **state)
{
    (void)state;
    static struct form forms[500];
    static unsigned char payloads[COUNT(forms)];
    static char ids[COUNT(forms)][8];
    struct join_world world;
    world_init(&world, &by_stage, false);
    for (size_t i = 0; i < COUNT(forms); i++) {
        snprintf(ids[i], sizeof ids[i], "p%zu", i % 150);
        payloads[i] = (unsigned char)(i % 150); /* the fourth time: the same again */
        forms[i] = (struct form){.id = id_of(ids[i], strlen(ids[i])),
                                 .stage = (uint32_t)(i / 150) % 3,
                                 .date = NO_DATE,
                                 .cohort = world_site(&world, "", 0),
                                 .goal = NO_NAME,
                                 .category = NO_NAME,
                                 .payload = &payloads[i]};
        forms[i].hash = id_hash(forms[i].id);
    }
    payloads[COUNT(forms) - 1] = 200; /* of p49: not the same */
    add_forms(&world, forms, COUNT(forms));
    add_forms(&world, forms, 0);
    assert_true(respondents_resolve(&world.respondents));
    assert_int_equal(world.respondents.joins[0].n_respondents, 150);
    assert_int_equal(world.respondents.set_aside_counts[FORM_DUPLICATE_SAME], 49);
    assert_int_equal(world.respondents.set_aside_counts[FORM_CONFLICTING], 2);
    assert_int_equal(world.respondents.n_set_aside, 0); /* counted, not listed */
    world_free(&world);
}

/* A respondent is counted as similar to those before, once each. */
static void test_similar_ids(void **state)
{
    (void)state;
    static const struct {
        const char *ids[4];
        uint64_t similar;
    } people[] = {
        {{"1", "2", "10", "x"}, 0},
        {{"1", "1.0", "01", "001.0"}, 3},
        {{"a7", "A7", "b7", "B7"}, 2},
        {{"a long id of more than sixteen", "A long id of more than sixteen", "a long id", "7"}, 1},
    };
    for (size_t i = 0; i < COUNT(people); i++) {
        struct join_world world;
        world_init(&world, &by_stage, false);
        for (size_t k = 0; k < 8; k++) { /* each twice */
            static const uint32_t code = 'A';
            const struct form form = {.stage = (uint32_t)k / 4,
                                      .date = NO_DATE,
                                      .cohort = world_site(&world, "", 0),
                                      .goal = NO_NAME,
                                      .category = NO_NAME};
            world_add(&world, people[i].ids[k % 4], &form, &code);
        }
        assert_int_equal(world.respondents.joins[0].n_respondents, 4);
        assert_int_equal(world.respondents.joins[0].similar_ids, people[i].similar);
        assert_int_equal(join_find(&world.respondents.joins[0], id_of("0", 1)), NO_NAME);
        world_free(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),          cmocka_unit_test(test_first_in_the_files),
        cmocka_unit_test(test_categories_and_flags), cmocka_unit_test(test_weights_are_compared),
        cmocka_unit_test(test_many_goals),           cmocka_unit_test(test_many),
        cmocka_unit_test(test_many_at_once),         cmocka_unit_test(test_similar_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
