/* Expected codes and discounts worked out by hand from chapter 5 of the design. Goals are in
   test_count_goals.c. */
#include "tests/check.h"

#include <string.h>
#include "tests/join_world.h"

/* --- the order of the reasons ----------------------------------------------------------------- */

/* A row for each code before, a column for each code after, in the order of `codes`; letters as
   discount_letter() has them. */
static const char *const discounts[] = {
    /* no form   */ "BBBCBBB",
    /* not due   */ "BBBCBBB",
    /* incompl.  */ "ADbCbbb",
    /* conflict  */ "CCCCCCC",
    /* version   */ "ADaCvvv",
    /* no common */ "ADaCvgg",
    /* score     */ "ADaCvg.",
};
static const tally_code codes[] = {
    TALLY_REASON(REASON_NO_FORM),
    TALLY_REASON(REASON_NOT_DUE),
    TALLY_REASON(REASON_INCOMPLETE),
    TALLY_REASON(REASON_CONFLICTING),
    TALLY_REASON(REASON_OTHER_VERSION),
    TALLY_REASON(REASON_NO_COMMON_GOAL),
    -7,
};

static void test_discount_of(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT(codes); b++) {
        for (size_t a = 0; a < COUNT(codes); a++) {
            const char got = discount_letter(discount_of(codes[b], codes[a]));
            if (got != discounts[b][a]) {
                fail_msg("before %zu, after %zu: expected %c, got %c", b, a, discounts[b][a], got);
            }
        }
    }
    assert_int_equal(discount_of(0, INT64_MAX), DISCOUNT_NONE);
    /* the lowest score that is none of the reasons */
    assert_int_equal(discount_of(INT64_MIN + N_REASONS, 0), DISCOUNT_NONE);
}

/* --- studies and forms ------------------------------------------------------------------------ */

static const struct stage three[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};
static const struct stage dated[] = {{.name = "start"},
                                     {.name = "mid"},
                                     {.name = "end",
                                      .has_window = true,
                                      .window_first = 330,
                                      .window_last = 420,
                                      .pick = PICK_NEAREST}};
static const struct stage five[] = {
    {.name = "s0"}, {.name = "s1"}, {.name = "s2"}, {.name = "s3"}, {.name = "s4"}};
static const struct stage only[] = {{.name = "start"}};

#define COMMON(list)                                                                           \
    .title = "", .measures = toy_measures, .n_measures = N_TOY_MEASURES, .n_joins = 2,         \
    .scales = toy_scales, .n_scales = N_TOY_SCALES, .stages = (list), .n_stages = COUNT(list), \
    .goals = {.rho = 0.3}
static const struct study plain = {COMMON(three), .before = 0, .after = 2, .as_of = NO_DATE},
                          late = {COMMON(dated), .before = 0, .after = 2, .as_of = NO_DATE},
                          due_today = {COMMON(dated), .before = 0, .after = 2, .as_of = 1330},
                          due_tomorrow = {COMMON(dated), .before = 0, .after = 2, .as_of = 1329},
                          many_stages = {COMMON(five), .before = 1, .after = 3, .as_of = NO_DATE},
                          one_stage = {COMMON(only), .as_of = NO_DATE};

/* A form of p: which version, when, and its score (a digit, or 'i' for too few answers). */
struct given {
    uint16_t measure;
    uint32_t stage;
    int64_t date;
    char code;
};
#define F(measure_, stage_, date_, code_)                                          \
    {                                                                              \
        .measure = (measure_), .stage = (stage_), .date = (date_), .code = (code_) \
    }
#define ND NO_DATE
#define MOST 6
#define ROOM ((size_t)1024 * 1024) /* of a pair_counter */

static void add_form(struct join_world *world, const char *who, const struct given *given,
                     uint64_t row)
{
    const uint32_t code =
        given->code == 'i' ? (uint32_t)REASON_INCOMPLETE : TOY_SCORE(given->code - '0');
    const struct form form = {.measure = given->measure,
                              .place = PLACE(0, row),
                              .stage = given->stage,
                              .date = given->date,
                              .cohort = world_site(world, "", 0),
                              .goal = NO_NAME,
                              .category = NO_NAME};
    world_add(world, who, &form, &code);
}

/* Codes at each stage, then of before and after. */
static void print_codes(const struct join_world *world, size_t scale, char *out)
{
    const struct study *const study = world->study;
    struct cell_count cell;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        cell = world_cell(world, scale, stage, TALLY_ONE_STAGE);
        *out++ = cell.count == 0 ? '-' : code_letter(cell.code);
    }
    *out++ = ' ';
    cell = world_cell(world, scale, study->before, study->after);
    *out++ = cell.count == 0 ? '-' : code_letter(cell.code);
    *out++ = cell.count == 0 ? '-' : code_letter(cell.later_code);
    *out = '\0';
}

/* --- questionnaires --------------------------------------------------------------------------- */

/* Expected: what print_codes has for each version; the discount of each version ('-': no respondent
   of it); and how many forms of each are used, how many have too few items. */
static const struct {
    const char *name;
    const struct study *study;
    struct given forms[MOST];
    const char *of_toy, *of_young;
    const char *discounts;
    unsigned used, used_young, too_few;
} people[] = {
    {"two scores", &plain, {F(0, 0, ND, '2'), F(0, 2, ND, '5')}, "2n5 25", "--- --", ".-", 2, 0, 0},
    {"three scores",
     &plain,
     {F(0, 0, ND, '0'), F(0, 1, ND, '6'), F(0, 2, ND, '0')},
     "060 00",
     "--- --",
     ".-",
     3,
     0,
     0},
    {"lost", &plain, {F(0, 0, ND, '2')}, "2nn 2n", "--- --", "A-", 1, 0, 0},
    {"only after", &plain, {F(0, 2, ND, '2')}, "nn2 n2", "--- --", "B-", 1, 0, 0},
    {"only in between", &plain, {F(0, 1, ND, '2')}, "n2n nn", "--- --", "B-", 1, 0, 0},
    {"before incomplete",
     &plain,
     {F(0, 0, ND, 'i'), F(0, 2, ND, '5')},
     "in5 i5",
     "--- --",
     "b-",
     1,
     0,
     1},
    {"both incomplete",
     &plain,
     {F(0, 0, ND, 'i'), F(0, 2, ND, 'i')},
     "ini ii",
     "--- --",
     "b-",
     0,
     0,
     2},
    {"after incomplete",
     &plain,
     {F(0, 0, ND, '5'), F(0, 2, ND, 'i')},
     "5ni 5i",
     "--- --",
     "a-",
     1,
     0,
     1},
    {"incomplete twice counts once",
     &plain,
     {F(0, 0, ND, 'i'), F(0, 0, ND, 'i')},
     "inn in",
     "--- --",
     "A-",
     0,
     0,
     1},
    {"conflict before",
     &plain,
     {F(0, 0, ND, '1'), F(0, 0, ND, '2'), F(0, 2, ND, '5')},
     "cn5 c5",
     "--- --",
     "C-",
     1,
     0,
     0},
    {"a conflict with an incomplete form",
     &plain,
     {F(0, 0, ND, '1'), F(0, 2, ND, 'i'), F(0, 2, ND, '5')},
     "1nc 1c",
     "--- --",
     "C-",
     1,
     0,
     0},
    {"conflict after, incomplete before",
     &plain,
     {F(0, 0, ND, 'i'), F(0, 2, ND, '1'), F(0, 2, ND, '2')},
     "inc ic",
     "--- --",
     "C-",
     0,
     0,
     1},
    {"a conflict in between is no one's matter",
     &plain,
     {F(0, 0, ND, '1'), F(0, 1, ND, '2'), F(0, 1, ND, '3'), F(0, 2, ND, '4')},
     "1c4 14",
     "--- --",
     ".-",
     2,
     0,
     0},
    {"the other version after",
     &plain,
     {F(1, 0, ND, '1'), F(0, 2, ND, '4')},
     "vn4 v4",
     "1nv 1v",
     "vv",
     1,
     1,
     0},
    {"both versions before, one after",
     &plain,
     {F(1, 0, ND, '1'), F(0, 0, ND, '2'), F(0, 2, ND, '4')},
     "2n4 24",
     "1nv 1v",
     ".v",
     2,
     1,
     0},
    {"a version in between",
     &plain,
     {F(0, 0, ND, '2'), F(1, 1, ND, '3')},
     "2vn 2n",
     "v3n vn",
     "AA",
     1,
     1,
     0},
    {"the other version in conflict is a form all the same",
     &plain,
     {F(0, 0, ND, '2'), F(1, 2, ND, '3'), F(1, 2, ND, '4')},
     "2nv 2v",
     "vnc vc",
     "vC",
     1,
     0,
     0},
    /* due 330 days after the start */
    {"due on the day", &due_today, {F(0, 0, 1000, '2')}, "2nn 2n", "--- --", "A-", 1, 0, 0},
    {"due tomorrow", &due_tomorrow, {F(0, 0, 1000, '2')}, "2nd 2d", "--- --", "D-", 1, 0, 0},
    {"no as_of", &late, {F(0, 0, 1000, '2')}, "2nn 2n", "--- --", "A-", 1, 0, 0},
    {"no date at the start", &due_tomorrow, {F(0, 0, ND, '2')}, "2nn 2n", "--- --", "A-", 1, 0, 0},
    {"nothing at the start",
     &due_tomorrow,
     {F(0, 1, 1000, '2')},
     "n2n nn",
     "--- --",
     "B-",
     1,
     0,
     0},
    {"not due, before incomplete",
     &due_tomorrow,
     {F(0, 0, 1000, 'i')},
     "ind id",
     "--- --",
     "D-",
     0,
     0,
     1},
    {"not due, before in conflict",
     &due_tomorrow,
     {F(0, 0, 1000, '1'), F(0, 0, 1000, '2')},
     "cnd cd",
     "--- --",
     "C-",
     0,
     0,
     0},
    {"early, yet there",
     &due_tomorrow,
     {F(0, 0, 999, '2'), F(0, 2, 1329, '3')},
     "2n3 23",
     "--- --",
     ".-",
     2,
     0,
     0},
    {"one stage only", &one_stage, {F(0, 0, ND, '2')}, "2 --", "- --", "--", 1, 0, 0},
};

static void check_person(size_t i, size_t room)
{
    struct join_world world;
    char of_toy[16], of_young[16];
    unsigned listed = 0;
    size_t n = 0;
    world_init(&world, people[i].study, true);
    while (n < MOST && people[i].forms[n].code != '\0') {
        add_form(&world, "p", &people[i].forms[n], n + 2);
        n++;
    }
    world_count(&world, room);
    print_codes(&world, TOY_TOTAL, of_toy);
    print_codes(&world, TOY_YOUNG_TOTAL, of_young);
    if (strcmp(of_toy, people[i].of_toy) != 0 || strcmp(of_young, people[i].of_young) != 0) {
        fail_msg("%s: expected %s and %s, got %s and %s", people[i].name, people[i].of_toy,
                 people[i].of_young, of_toy, of_young);
    }
    const struct measure_counts *const counts = world.counted.measures;
    for (size_t m = TOY; m <= TOY_YOUNG; m++) { /* each has one scale */
        const char expected = people[i].discounts[m];
        const char got = world_discount(&world, m);
        if ((expected == '-' || expected == '.') ? got != '\0' : got != expected) {
            fail_msg("%s: expected discount %c, got %c", people[i].name, expected, got);
        }
        assert_int_equal(counts[m].respondents,
                         (m == TOY ? people[i].of_toy : people[i].of_young)[0] != '-');
    }
    for (size_t k = 0; k < world.listing.n; k++) {
        listed += world.listing.lines[k].kind == LISTED_FORM &&
                  world.listing.lines[k].reason == FORM_TOO_FEW_ITEMS;
    }
    if (counts[TOY].forms[FORM_USED] != people[i].used ||
        counts[TOY_YOUNG].forms[FORM_USED] != people[i].used_young ||
        counts[TOY].forms[FORM_TOO_FEW_ITEMS] != people[i].too_few ||
        counts[TOY_YOUNG].forms[FORM_TOO_FEW_ITEMS] != 0 || listed != people[i].too_few) {
        fail_msg("%s: used %u and %u, too few %u, listed %u", people[i].name,
                 (unsigned)counts[TOY].forms[FORM_USED],
                 (unsigned)counts[TOY_YOUNG].forms[FORM_USED],
                 (unsigned)counts[TOY].forms[FORM_TOO_FEW_ITEMS], listed);
    }
    world_free(&world);
}

/* With matrices for pairs of scores, and without. */
static void test_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(people); i++) {
        check_person(i, 0);
        check_person(i, ROOM);
    }
}

/* The first stage with each later one, each with the next, before (1) with after (3); and everyone
   who has a score at every stage. */
static void test_pairs_of_stages(void **state)
{
    (void)state;
    static const char *const counted[] = {".****", "..**.", "...*.", "....*", "....."};
    static const struct given forms[] = {F(0, 0, ND, '1'), F(0, 1, ND, '2'), F(0, 2, ND, '3'),
                                         F(0, 3, ND, '4'), F(0, 4, ND, '5')};
    for (size_t missing = 0; missing <= COUNT(forms); missing++) {
        struct join_world world;
        world_init(&world, &many_stages, true);
        for (size_t i = 0; i < COUNT(forms); i++) {
            if (i != missing) {
                add_form(&world, "p", &forms[i], i + 2);
            }
        }
        world_count(&world, ROOM);
        for (size_t stage = 0; stage < COUNT(five); stage++) {
            struct cell_count cell = world_cell(&world, TOY_TOTAL, stage, TALLY_ALL_STAGES);
            assert_int_equal(cell.count != 0, missing == COUNT(forms));
            for (size_t later = 0; later < COUNT(five); later++) {
                cell = world_cell(&world, TOY_TOTAL, stage, later);
                if ((cell.count != 0) != (counted[stage][later] == '*')) {
                    fail_msg("stages %zu and %zu", stage, later);
                }
                if (cell.count != 0) {
                    assert_int_equal(code_letter(cell.code),
                                     stage == missing ? 'n' : forms[stage].code);
                    assert_int_equal(code_letter(cell.later_code),
                                     later == missing ? 'n' : forms[later].code);
                }
            }
        }
        world_free(&world);
    }
}

/* Where a discount was read: the incomplete form, or the one there is. */
static void test_locations(void **state)
{
    (void)state;
    static const struct {
        struct given forms[3];
        uint64_t row;
    } located[] = {
        {{F(0, 0, ND, '2'), F(0, 1, ND, '3')}, 2},                   /* lost: the form before */
        {{F(0, 2, ND, '2')}, 2},                                     /* no before: what there is */
        {{F(0, 1, ND, '1'), F(0, 0, ND, 'i'), F(0, 2, ND, '2')}, 3}, /* the incomplete one */
        {{F(0, 0, ND, '1'), F(0, 1, ND, '1'), F(0, 2, ND, 'i')}, 4},
    };
    for (size_t i = 0; i < COUNT(located); i++) {
        struct join_world world;
        world_init(&world, &plain, true);
        for (size_t k = 0; k < 3 && located[i].forms[k].code != '\0'; k++) {
            add_form(&world, "p", &located[i].forms[k], k + 2);
        }
        world_count(&world, ROOM);
        size_t n = 0;
        for (size_t k = 0; k < world.listing.n; k++) {
            if (world.listing.lines[k].kind == LISTED_RESPONDENT) {
                assert_int_equal(world.listing.lines[k].place, PLACE(0, located[i].row));
                n++;
            }
        }
        assert_int_equal(n, 1);
        world_free(&world);
    }
}

/* A scale that no source collects is not counted; one whose respondents' forms are all in no window
   neither. */
static void test_not_collected(void **state)
{
    (void)state;
    static const struct given form = F(TOY, 0, ND, '2'),
                              in_no_window = F(TOY_YOUNG, NO_STAGE, 1000, '2');
    struct study_scale scales[N_TOY_SCALES];
    struct study study = plain;
    struct join_world world;
    memcpy(scales, toy_scales, sizeof scales);
    scales[TOY_TOTAL].collected = false;
    study.scales = scales;
    world_init(&world, &study, true);
    add_form(&world, "p", &form, 2);
    add_form(&world, "q", &in_no_window, 3);
    world_count(&world, ROOM);
    assert_int_equal(world.counted.tally.n_cells, 0);
    assert_int_equal(world.listing.n, 1);
    assert_int_equal(world.listing.lines[0].kind, LISTED_FORM);
    assert_int_equal(world.listing.lines[0].reason, FORM_OUTSIDE_WINDOW);
    assert_int_equal(world.counted.measures[TOY].respondents, 1);
    assert_int_equal(world.counted.measures[TOY_YOUNG].respondents, 0);
    assert_int_equal(world.counted.measures[TOY].forms[FORM_USED], 1);
    assert_int_equal(world.counted.measures[TOY_YOUNG].forms[FORM_USED], 0);
    assert_int_equal(world.counted.measures[TOY_YOUNG].forms[FORM_OUTSIDE_WINDOW], 1);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discount_of),     cmocka_unit_test(test_people),
        cmocka_unit_test(test_pairs_of_stages), cmocka_unit_test(test_locations),
        cmocka_unit_test(test_not_collected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
