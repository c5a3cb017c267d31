/* Expected codes and discounts worked out by hand from chapter 5 of the design. T-scores: the
   formula of scales/gas.h in 40-digit decimal arithmetic (Python's decimal), rounded to 10
   decimals. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/count.h"
#include "scales/gas.h"
#include "tests/toy.h"

/* --- the order of the reasons ----------------------------------------------------------------- */

/* A row for each code before, a column for each code after, in the order of `codes`: C conflicting,
   B no_before, D after_not_yet_due, A no_after, b before_incomplete, a after_incomplete,
   v not_comparable, g no_common_goal, . viable. */
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

static char letter_of(enum discount discount)
{
    static const char letters[N_DISCOUNTS] = {
        [DISCOUNT_NONE] = '.',
        [DISCOUNT_CONFLICTING_FORMS] = 'C',
        [DISCOUNT_NO_BEFORE_FORM] = 'B',
        [DISCOUNT_AFTER_NOT_YET_DUE] = 'D',
        [DISCOUNT_NO_AFTER_FORM] = 'A',
        [DISCOUNT_BEFORE_INCOMPLETE] = 'b',
        [DISCOUNT_AFTER_INCOMPLETE] = 'a',
        [DISCOUNT_NOT_COMPARABLE] = 'v',
        [DISCOUNT_NO_COMMON_GOAL] = 'g',
    };
    return letters[discount];
}

static void test_discount_of(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT(codes); b++) {
        for (size_t a = 0; a < COUNT(codes); a++) {
            const char got = letter_of(discount_of(codes[b], codes[a]));
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

static const struct measure measures[] = {
    {.label = "toy", .instrument = &toy, .join = 0, .first_scale = 0},
    {.label = "toy-young", .instrument = &toy_young, .join = 0, .first_scale = 1},
    {.label = "goals", .instrument = &toy_goals, .join = 1, .first_scale = 2},
};
#define SCALE_TOY 0u
#define SCALE_YOUNG 1u
#define SCALE_LEVEL 2u
#define SCALE_FAMILY 3u
#define SCALE_T 4u

static struct study_scale scales[5]; /* filled by setup: the scales of the measures in order */

static int fill_scales(void **state)
{
    size_t n = 0;
    (void)state;
    for (size_t m = 0; m < COUNT(measures); m++) {
        for (size_t i = 0; i < measures[m].instrument->n_scales; i++) {
            scales[n++] = (struct study_scale){
                .scale = &measures[m].instrument->scales[i], .measure = m, .collected = true};
        }
    }
    return 0;
}

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

#define COMMON(list)                                                                        \
    .title = "", .measures = measures, .n_measures = COUNT(measures), .n_joins = 2,         \
    .scales = scales, .n_scales = COUNT(scales), .stages = (list), .n_stages = COUNT(list), \
    .goals = {.rho = 0.3}
static const struct study plain = {COMMON(three), .before = 0, .after = 2, .as_of = NO_DATE},
                          late = {COMMON(dated), .before = 0, .after = 2, .as_of = NO_DATE},
                          due_today = {COMMON(dated), .before = 0, .after = 2, .as_of = 1330},
                          due_tomorrow = {COMMON(dated), .before = 0, .after = 2, .as_of = 1329},
                          many_stages = {COMMON(five), .before = 1, .after = 3, .as_of = NO_DATE},
                          one_stage = {COMMON(only), .as_of = NO_DATE};

/* A form of p: which version, when, and its score (a digit, or 'i' for too few answers). */
struct given {
    uint32_t measure, stage;
    int64_t date;
    char code;
};
#define F(measure_, stage_, date_, code_)                                          \
    {                                                                              \
        .measure = (measure_), .stage = (stage_), .date = (date_), .code = (code_) \
    }
#define ND NO_DATE
#define MOST 6

struct world {
    struct cohorts cohorts;
    struct findings findings;
    struct respondents respondents;
    struct counted counted;
};

static void world_init(struct world *world, const struct study *study)
{
    *world = (struct world){0};
    assert_true(cohorts_init(&world->cohorts, 0));
    assert_true(respondents_init(&world->respondents, study, &world->cohorts, &world->findings));
}

static void world_count(struct world *world)
{
    assert_true(respondents_resolve(&world->respondents));
    assert_true(count_respondents(&world->respondents, &world->counted));
}

static void world_free(struct world *world)
{
    counted_free(&world->counted);
    counted_free(&world->counted);
    respondents_free(&world->respondents);
    findings_free(&world->findings);
    cohorts_free(&world->cohorts);
}

static void add(struct world *world, const char *who, struct form *form)
{
    const uint32_t none = 0;
    assert_true(cohorts_add(&world->cohorts, &none, &form->cohort));
    assert_true(
        respondents_id(&world->respondents, form->measure, who, strlen(who), &form->respondent));
    assert_true(respondents_add(&world->respondents, form));
}

static void add_form(struct world *world, const char *who, const struct given *given, uint64_t row)
{
    const uint32_t payload =
        given->code == 'i' ? (uint32_t)REASON_INCOMPLETE : TOY_SCORE(given->code - '0');
    struct form form = {.measure = given->measure,
                        .location = {.file = 0, .row = row},
                        .stage = given->stage,
                        .date = given->date,
                        .goal = NO_NAME,
                        .category = NO_NAME,
                        .payload = &payload};
    add(world, who, &form);
}

/* The code of the only respondent in a range of cells: a digit, a letter for a reason (in the order
   of the enum: n d i c v g), '-' where nobody is counted. */
static char code_letter(tally_code code)
{
    return tally_is_score(code) ? (char)('0' + code) : "ndicvg"[tally_reason(code)];
}

static const struct cell_count *only_cell(const struct world *world, size_t scale, size_t stage,
                                          size_t later)
{
    size_t n;
    const struct cell_count *const cell =
        tally_find(&world->counted.tally, 0, scale, stage, later, &n);
    if (n == 0) {
        return NULL;
    }
    assert_int_equal(n, 1);
    assert_int_equal(cell->count, 1);
    return cell;
}

/* Codes at each stage, then of before and after. */
static void print_codes(const struct world *world, size_t scale, char *out)
{
    const struct study *const study = world->respondents.study;
    const struct cell_count *cell;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        cell = only_cell(world, scale, stage, TALLY_ONE_STAGE);
        *out++ = cell == NULL ? '-' : code_letter(cell->code);
    }
    *out++ = ' ';
    cell = only_cell(world, scale, study->before, study->after);
    *out++ = cell == NULL ? '-' : code_letter(cell->code);
    *out++ = cell == NULL ? '-' : code_letter(cell->later_code);
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

static char discount_on(const struct world *world, uint32_t scale)
{
    char found = '\0';
    for (size_t i = 0; i < world->counted.n_discounted; i++) {
        if (world->counted.discounted[i].scale == scale) {
            assert_int_equal(found, '\0'); /* once */
            found = letter_of(world->counted.discounted[i].discount);
        }
    }
    return found;
}

static void test_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(people); i++) {
        struct world world;
        char of_toy[16], of_young[16];
        unsigned too_few = 0;
        size_t n = 0;
        world_init(&world, people[i].study);
        while (n < MOST && people[i].forms[n].code != '\0') {
            add_form(&world, "p", &people[i].forms[n], n + 2);
            n++;
        }
        world_count(&world);
        print_codes(&world, SCALE_TOY, of_toy);
        print_codes(&world, SCALE_YOUNG, of_young);
        for (size_t k = 0; k < world.findings.n_set_aside; k++) {
            too_few += world.findings.set_aside[k].reason == FORM_TOO_FEW_ITEMS;
        }
        if (strcmp(of_toy, people[i].of_toy) != 0 || strcmp(of_young, people[i].of_young) != 0) {
            fail_msg("%s: expected %s and %s, got %s and %s", people[i].name, people[i].of_toy,
                     people[i].of_young, of_toy, of_young);
        }
        for (uint32_t scale = 0; scale < 2; scale++) {
            const char expected = people[i].discounts[scale];
            const char got = discount_on(&world, scale);
            if ((expected == '-' || expected == '.') ? got != '\0' : got != expected) {
                fail_msg("%s: expected discount %c, got %c", people[i].name, expected, got);
            }
            assert_int_equal(world.counted.respondents[scale],
                             (scale == 0 ? people[i].of_toy : people[i].of_young)[0] != '-');
        }
        if (world.counted.forms_used[0] != people[i].used ||
            world.counted.forms_used[1] != people[i].used_young || too_few != people[i].too_few) {
            fail_msg("%s: used %u and %u, too few %u", people[i].name,
                     (unsigned)world.counted.forms_used[0], (unsigned)world.counted.forms_used[1],
                     too_few);
        }
        world_free(&world);
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
        struct world world;
        world_init(&world, &many_stages);
        for (size_t i = 0; i < COUNT(forms); i++) {
            if (i != missing) {
                add_form(&world, "p", &forms[i], i + 2);
            }
        }
        world_count(&world);
        for (size_t stage = 0; stage < COUNT(five); stage++) {
            const struct cell_count *cell = only_cell(&world, SCALE_TOY, stage, TALLY_ALL_STAGES);
            assert_int_equal(cell != NULL, missing == COUNT(forms));
            for (size_t later = 0; later < COUNT(five); later++) {
                cell = only_cell(&world, SCALE_TOY, stage, later);
                if ((cell != NULL) != (counted[stage][later] == '*')) {
                    fail_msg("stages %zu and %zu", stage, later);
                }
                if (cell != NULL) {
                    assert_int_equal(code_letter(cell->code),
                                     stage == missing ? 'n' : forms[stage].code);
                    assert_int_equal(code_letter(cell->later_code),
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
        struct world world;
        world_init(&world, &plain);
        for (size_t k = 0; k < 3 && located[i].forms[k].code != '\0'; k++) {
            add_form(&world, "p", &located[i].forms[k], k + 2);
        }
        world_count(&world);
        assert_int_equal(world.counted.n_discounted, 1);
        assert_int_equal(world.counted.discounted[0].location.row, located[i].row);
        world_free(&world);
    }
}

/* A scale that no source collects is not counted; one whose respondents all were set aside neither.
   */
static void test_not_collected(void **state)
{
    (void)state;
    static const struct given form = F(0, 0, ND, '2');
    struct world world;
    uint32_t id;
    scales[SCALE_TOY].collected = false;
    world_init(&world, &plain);
    add_form(&world, "p", &form, 2);
    assert_true(respondents_id(&world.respondents, 1, "q", 1, &id)); /* blank rows only */
    world_count(&world);
    assert_int_equal(world.counted.tally.n_cells, 0);
    assert_int_equal(world.counted.n_discounted, 0);
    assert_int_equal(world.counted.respondents[0], 1);
    assert_int_equal(world.counted.respondents[1], 0);
    assert_int_equal(world.counted.forms_used[0], 1);
    world_free(&world);
    scales[SCALE_TOY].collected = true;
}

/* --- goals ------------------------------------------------------------------------------------ */

#define NW GOAL_NO_WEIGHT
#define W(weight) ((uint32_t)(weight)*GAS_WEIGHT_UNITS)
#define L(levels) ((levels)*GAS_HALVES_PER_LEVEL) /* in halves */

/* A rating: which goal (a digit), when, the level in halves, the weight. */
struct rated {
    char goal;
    uint32_t stage;
    int32_t halves;
    uint32_t weight;
};

/* 1/GAS_T_UNITS of a point */
#define T_2_1 INT64_C(686052101884) /* levels 2, 1, equal weights: 68.605210188381 */
#define EXACT_T(points) ((points)*GAS_T_UNITS)

/* Expected of before with after: the reason's letters, or "ok" and the two T-scores and mean levels
   (in halves of a level times the number of goals, so that they are whole). */
static const struct {
    const char *name;
    struct rated ratings[MOST];
    bool weighted;
    const char *family, *t; /* codes of before and after: 's' a score, else as code_letter */
    int64_t t_before, t_after;
    int64_t mean_before, mean_after; /* in 1/GAS_MEAN_UNITS of a level */
} families[] = {
    {"one goal: its weight does not matter",
     {{'1', 0, L(-1), W(3)}, {'1', 2, L(1), W(3)}},
     true,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS,
     GAS_MEAN_UNITS},
    {"goal 2 lost, goal 3 added: only goal 1 is common",
     {{'1', 0, L(-1), NW}, {'2', 0, L(-2), NW}, {'1', 2, L(0), NW}, {'3', 2, L(2), NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(50),
     -GAS_MEAN_UNITS,
     0},
    {"no goal in common", {{'1', 0, L(-1), NW}, {'2', 2, L(0), NW}}, false, "gg", "gg", 0, 0, 0, 0},
    {"the weights of the first stage on both sides",
     {{'1', 0, L(-1), W(3)}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(1)}, {'2', 2, L(-1), W(3)}},
     true,
     "ss",
     "ss",
     INT64_C(412666623539), /* 41.266662353906 */
     INT64_C(558222250974), /* 55.822225097396 */
     -GAS_MEAN_UNITS / 2,
     0},
    {"weights that the study does not read",
     {{'1', 0, L(-1), W(3)}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(1)}, {'2', 2, L(-1), W(3)}},
     false,
     "ss",
     "ss",
     INT64_C(437982632705), /* 43.798263270540 */
     EXACT_T(50),
     -GAS_MEAN_UNITS / 2,
     0},
    {"all weights zero: equal ones",
     {{'1', 0, L(-1), 0}, {'2', 0, L(0), 0}, {'1', 2, L(2), 0}, {'2', 2, L(1), 0}},
     true,
     "ss",
     "ss",
     INT64_C(437982632705),
     T_2_1,
     -GAS_MEAN_UNITS / 2,
     3 * (GAS_MEAN_UNITS / 2)},
    {"a weight of 0 beside another: that goal does not count for T",
     {{'1', 0, L(-1), W(2)}, {'2', 0, L(0), 0}, {'1', 2, L(1), W(2)}, {'2', 2, L(-2), 0}},
     true,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS / 2,
     -GAS_MEAN_UNITS / 2},
    {"a weight that only the later stage gives",
     {{'1', 0, L(-1), NW}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(3)}, {'2', 2, L(-1), W(1)}},
     true,
     "ss",
     "ss",
     INT64_C(412666623539),
     INT64_C(558222250974),
     -GAS_MEAN_UNITS / 2,
     0},
    {"a weight that no stage gives",
     {{'1', 0, L(-1), NW}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), NW}, {'2', 2, L(-1), W(1)}},
     true,
     "ss",
     "ii",
     0,
     0,
     -GAS_MEAN_UNITS / 2,
     0},
    {"without a rating after",
     {{'1', 0, L(-1), NW}, {'1', 1, L(0), NW}},
     false,
     "sn",
     "sn",
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS,
     0},
    {"without a rating before",
     {{'1', 2, L(-1), NW}},
     false,
     "ns",
     "ns",
     0,
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS},
    {"one goal in conflict after, the other is rated",
     {{'1', 0, L(-2), NW},
      {'2', 0, L(-1), NW},
      {'1', 2, L(0), NW},
      {'1', 2, L(1), NW},
      {'2', 2, L(1), NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS,
     GAS_MEAN_UNITS},
    {"the only goal in conflict after",
     {{'1', 0, L(-1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(1), NW}},
     false,
     "sc",
     "sc",
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS,
     0},
    {"one in conflict, the other not in common: the conflict is the first reason",
     {{'1', 0, L(-1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(1), NW}, {'2', 2, L(0), NW}},
     false,
     "gc",
     "gc",
     0,
     0,
     0,
     0},
    {"one in conflict before, nothing after",
     {{'1', 0, L(-1), NW}, {'1', 0, L(1), NW}, {'2', 0, L(0), NW}},
     false,
     "cn",
     "cn",
     0,
     0,
     0,
     0},
    {"partly achieved, kept: half a level",
     {{'1', 0, L(-1), NW}, {'1', 2, -1, NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(45),
     -GAS_MEAN_UNITS,
     -GAS_MEAN_UNITS / 2},
};

static void add_rating(struct world *world, const struct rated *rated, uint64_t row)
{
    const uint32_t payload[GOAL_PAYLOAD] = {(uint32_t)(rated->halves + L(2)), rated->weight};
    struct form form = {.measure = 2,
                        .location = {.file = 0, .row = row},
                        .stage = rated->stage,
                        .date = NO_DATE,
                        .category = NO_NAME,
                        .payload = payload};
    assert_true(respondents_name(&world->respondents, &rated->goal, 1, &form.goal));
    add(world, "f", &form);
}

static void check_side(const char *name, const char *what, char expected, int64_t score,
                       tally_code got)
{
    if (expected == 's' ? got != score : tally_is_score(got) || code_letter(got) != expected) {
        fail_msg("%s, %s: expected %c %lld, got %lld", name, what, expected, (long long)score,
                 (long long)got);
    }
}

static void test_families(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(families); i++) {
        struct study study = plain;
        struct world world;
        const struct cell_count *cell;
        study.goals.weighted = families[i].weighted;
        world_init(&world, &study);
        for (size_t k = 0; k < MOST && families[i].ratings[k].goal != '\0'; k++) {
            add_rating(&world, &families[i].ratings[k], k + 2);
        }
        world_count(&world);
        cell = only_cell(&world, SCALE_FAMILY, 0, 2);
        assert_non_null(cell);
        check_side(families[i].name, "level before", families[i].family[0], families[i].mean_before,
                   cell->code);
        check_side(families[i].name, "level after", families[i].family[1], families[i].mean_after,
                   cell->later_code);
        cell = only_cell(&world, SCALE_T, 0, 2);
        assert_non_null(cell);
        check_side(families[i].name, "T before", families[i].t[0], families[i].t_before,
                   cell->code);
        check_side(families[i].name, "T after", families[i].t[1], families[i].t_after,
                   cell->later_code);
        assert_int_equal(world.counted.respondents[2], 1);
        world_free(&world);
    }
}

/* At a stage all goals rated there count, with that stage's own weights. */
static void test_family_at_a_stage(void **state)
{
    (void)state;
    static const struct rated ratings[] = {{'1', 0, L(-1), W(3)},
                                           {'2', 0, L(0), W(1)},
                                           {'3', 0, L(-2), W(2)},
                                           {'1', 2, L(1), W(1)},
                                           {'2', 2, L(-1), W(3)}};
    struct study study = plain;
    struct world world;
    study.goals.weighted = true;
    world_init(&world, &study);
    for (size_t i = 0; i < COUNT(ratings); i++) {
        add_rating(&world, &ratings[i], i + 2);
    }
    world_count(&world);
    assert_int_equal(only_cell(&world, SCALE_T, 0, TALLY_ONE_STAGE)->code,
                     INT64_C(345771572766)); /* 34.57715727662689 */
    assert_int_equal(only_cell(&world, SCALE_T, 2, TALLY_ONE_STAGE)->code,
                     INT64_C(441777749026)); /* 44.17777490260418 */
    assert_int_equal(only_cell(&world, SCALE_FAMILY, 0, TALLY_ONE_STAGE)->code, -GAS_MEAN_UNITS);
    assert_int_equal(code_letter(only_cell(&world, SCALE_T, 1, TALLY_ONE_STAGE)->code), 'n');
    assert_int_equal(world.counted.forms_used[2], 5);
    world_free(&world);
}

/* One goal's ratings; levels in halves, and '-' for GOAL_NOT_REVIEWED. */
static const struct {
    const char *name;
    struct rated ratings[4];
    int16_t latest, after;
    bool paired; /* before with after is counted on the scale of levels */
    unsigned used;
} endings[] = {
    {"never again", {{'1', 0, L(-1), NW}}, GOAL_NOT_REVIEWED, GOAL_NOT_REVIEWED, false, 1},
    {"in between only",
     {{'1', 0, L(-1), NW}, {'1', 1, L(1), NW}},
     L(1),
     GOAL_NOT_REVIEWED,
     false,
     2},
    {"at the end", {{'1', 0, L(-1), NW}, {'1', 2, L(2), NW}}, L(2), L(2), true, 2},
    {"the last counts",
     {{'1', 0, L(-1), NW}, {'1', 1, L(2), NW}, {'1', 2, L(-2), NW}},
     L(-2),
     L(-2),
     true,
     3},
    {"fed backwards",
     {{'1', 2, L(-2), NW}, {'1', 1, L(2), NW}, {'1', 0, L(-1), NW}},
     L(-2),
     L(-2),
     true,
     3},
    {"no rating before", {{'1', 2, L(0), NW}}, L(0), L(0), false, 1},
    {"in conflict at the end",
     {{'1', 0, L(-1), NW}, {'1', 1, L(1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(2), NW}},
     L(1),
     GOAL_NOT_REVIEWED,
     false,
     2},
};

static void test_endings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct world world;
        const struct goal_cell *cell;
        world_init(&world, &plain);
        for (size_t k = 0; k < 4 && endings[i].ratings[k].goal != '\0'; k++) {
            add_rating(&world, &endings[i].ratings[k], k + 2);
        }
        world_count(&world);
        cell = world.counted.tally.goals;
        if (world.counted.tally.n_goals != 2 || cell[0].occasion != GOAL_LATEST ||
            cell[0].halves != endings[i].latest || cell[1].occasion != GOAL_AFTER ||
            cell[1].halves != endings[i].after || cell[0].count != 1 || cell[1].count != 1) {
            fail_msg("%s: %zu cells, latest %d, after %d", endings[i].name,
                     world.counted.tally.n_goals, cell[0].halves, cell[1].halves);
        }
        assert_int_equal(only_cell(&world, SCALE_LEVEL, 0, 2) != NULL, endings[i].paired);
        assert_int_equal(world.counted.forms_used[2], endings[i].used);
        assert_int_equal(discount_on(&world, SCALE_LEVEL), '\0'); /* goals are no respondents */
        world_free(&world);
    }
}

/* More goals than the first room for ratings holds, and a second family with fewer. */
static void test_many_goals(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, &plain);
    for (int goal = 0; goal < 40; goal++) {
        for (uint32_t stage = 0; stage < 3; stage += 2) {
            const struct rated rated = {(char)('0' + goal), stage, L(stage == 0 ? -1 : 1), NW};
            add_rating(&world, &rated, 2);
        }
    }
    world_count(&world);
    assert_int_equal(only_cell(&world, SCALE_FAMILY, 0, 2)->later_code, GAS_MEAN_UNITS);
    assert_int_equal(world.counted.tally.n_goals, 2);
    assert_int_equal(world.counted.tally.goals[0].count, 40);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discount_of),       cmocka_unit_test(test_people),
        cmocka_unit_test(test_pairs_of_stages),   cmocka_unit_test(test_locations),
        cmocka_unit_test(test_not_collected),     cmocka_unit_test(test_families),
        cmocka_unit_test(test_family_at_a_stage), cmocka_unit_test(test_endings),
        cmocka_unit_test(test_many_goals),
    };
    return cmocka_run_group_tests(tests, fill_scales, NULL);
}
