/* The same forms through any number of parts, in memory or spilled, in any order and by several
   threads give the same counts and the same list as one join without parts. */
#include "tests/check.h"
#include "tests/cells.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/run/partitions.h"
#include "tests/join_world.h"
#include "tests/random.h"

#define N_FORMS 4000
#define N_PEOPLE 700
#define ROOM ((size_t)1024 * 1024) /* of a pair_counter */

static const struct stage plain[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};
static const struct stage dated[] = {{.name = "start"},
                                     {.name = "mid"},
                                     {.name = "end",
                                      .has_window = true,
                                      .window_first = 300,
                                      .window_last = 420,
                                      .pick = PICK_NEAREST}};

#define STUDY(list)                                                                          \
    .title = "", .measures = toy_measures, .n_measures = N_TOY_MEASURES, .n_joins = 2,       \
    .scales = toy_scales, .n_scales = N_TOY_SCALES, .n_cohort_columns = 1, .stages = (list), \
    .n_stages = COUNT(list), .before = 0, .after = 2
static const struct study studies[] = {
    {STUDY(plain), .as_of = NO_DATE, .goals = {.rho = 0.3, .has_category = true, .n_flags = 2}},
    {STUDY(plain), .as_of = NO_DATE, .duplicates = PICK_LAST,
     .goals = {.rho = 0.3, .has_category = true, .n_flags = 2}},
    {STUDY(dated), .as_of = 1200,
     .goals = {.rho = 0.3, .weighted = true, .has_category = true, .n_flags = 2}},
};

/* --- forms ------------------------------------------------------------------------------------ */

/* Forms of one study, with all that they point to. */
struct sample {
    struct join_world world; /* its rules, cohorts and names; its own join is the plain way */
    struct form forms[N_FORMS];
    unsigned char payloads[N_FORMS][2 * sizeof(uint32_t)];
    char ids[N_FORMS][60];
};

/* Short and long ids, some that differ in a capital, a zero or ".0", and words of summaries. */
static void write_id(char *out, size_t size, uint32_t person, uint32_t spelling)
{
    static const char *const formats[] = {"p%u", "participant number %u of this study", "%u",
                                          "00000000000%u"};
    if (person < 2) {
        snprintf(out, size, "%s", person == 0 ? "Total" : "Mean");
        return;
    }
    snprintf(out, size, formats[person % COUNT(formats)], person);
    if (spelling == 0) {
        out[0] = (char)(out[0] == 'p' ? 'P' : out[0]);
        strcat(out, ".0");
    }
}

static void draw_form(struct sample *sample, size_t i, uint64_t *random)
{
    static const char *const sites[] = {"North", "South", "East", ""};
    static const char *const goals[] = {"school", "sleep", "a goal with a rather long name"};
    static const char *const categories[] = {"Home", "School"};
    struct join_world *const world = &sample->world;
    struct form *const form = &sample->forms[i];
    const uint16_t measure = (uint16_t)draw_below(random, N_TOY_MEASURES);
    const char *const site = sites[draw_below(random, COUNT(sites))];
    const bool is_goal = measure == TOY_GOALS;
    /* few codes, so that some forms of a stage are alike */
    const uint32_t codes[GOAL_PAYLOAD] = {is_goal ? 2 * draw_below(random, 3)
                                          : draw_below(random, 9) == 0
                                              ? (uint32_t)REASON_INCOMPLETE
                                              : TOY_SCORE(draw_below(random, 3)),
                                          draw_below(random, 3) * 10000};
    write_id(sample->ids[i], sizeof sample->ids[i], draw_below(random, N_PEOPLE),
             draw_below(random, 10));
    payload_pack(layout_of(&world->rules, measure), codes, sample->payloads[i]);
    *form = (struct form){
        .id = id_of(sample->ids[i], strlen(sample->ids[i])),
        .place = PLACE(i / 500, i % 500 + 2),
        .date = draw_below(random, 8) == 0 ? NO_DATE : (int64_t)(1000 + 50 * draw_below(random, 9)),
        .cohort = world_site(world, site, strlen(site)),
        .goal = is_goal ? world_name(world, goals[draw_below(random, COUNT(goals))]) : NO_NAME,
        .category = is_goal && draw_below(random, 2) == 0
                        ? world_name(world, categories[draw_below(random, COUNT(categories))])
                        : NO_NAME,
        .stage = draw_below(random, 3),
        .measure = measure,
        .flags = is_goal ? (uint16_t)draw_below(random, 4) : 0,
        .payload = sample->payloads[i]};
    if (form->date != NO_DATE && draw_below(random, 6) == 0) {
        form->stage = NO_STAGE;
        form->may_start = draw_below(random, 2) == 0;
    }
    form->hash = id_hash(form->id);
}

static struct sample *sample_new(size_t study, bool keep_places)
{
    struct sample *const sample = calloc(1, sizeof *sample);
    uint64_t random = 40 + study;
    assert_non_null(sample);
    world_init(&sample->world, &studies[study], keep_places);
    for (size_t i = 0; i < N_FORMS; i++) {
        draw_form(sample, i, &random);
    }
    add_forms(&sample->world, sample->forms, N_FORMS);
    world_count(&sample->world, 0);
    return sample;
}

static void sample_free(struct sample *sample)
{
    world_free(&sample->world);
    free(sample);
}

/* --- through parts ---------------------------------------------------------------------------- */

/* How they go. */
struct way {
    size_t n_parts, memory, n_threads;
    const size_t *order; /* of N_FORMS */
};

struct sent {
    const struct sample *sample;
    const struct way *way;
    struct partitions *partitions;
    atomic_size_t next_part;
};

struct hand {
    struct sent *sent;
    size_t number;
    struct mail *mail;
    struct pair_counter *pairs;
    struct family_counter *families;
    struct kin kin;
    struct counted counted;
    struct listing listing;
    struct fault fault;
};

/* Every second form, where there are two hands. */
static void *mail_forms(void *argument)
{
    struct hand *const hand = argument;
    const struct way *const way = hand->sent->way;
    bool done = true;
    for (size_t i = hand->number; i < N_FORMS && done; i += way->n_threads) {
        done = mail_form(hand->mail, &hand->sent->sample->forms[way->order[i]]);
    }
    done = done && mail_deliver(hand->mail) && mail_deliver(hand->mail);
    hand->fault = mail_fault(hand->mail);
    return NULL;
}

static void *count_parts(void *argument)
{
    struct hand *const hand = argument;
    struct partitions *const partitions = hand->sent->partitions;
    const struct counting counting = {&hand->counted, hand->pairs, hand->families, &hand->kin,
                                      hand->sent->sample->world.rules.keep_places ? &hand->listing
                                                                                  : NULL};
    size_t part;
    while ((part = atomic_fetch_add(&hand->sent->next_part, 1)) < partitions_count(partitions) &&
           hand->fault.code == FAULT_NONE) {
        hand->fault = partitions_count_one(partitions, part, &counting);
    }
    return NULL;
}

static void run(void *job(void *), struct hand hands[], size_t n)
{
    pthread_t threads[8];
    for (size_t i = 1; i < n; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, job, &hands[i]), 0);
    }
    (void)job(&hands[0]);
    for (size_t i = 1; i < n; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* What was counted, by all hands together. */
static void gather(struct hand hands[], size_t n, struct counted *counted, struct listing *listing)
{
    const struct join_world *const world = &hands[0].sent->sample->world;
    assert_true(counted_init(counted, world->study, &world->cohorts, &world->names, 0));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(hands[i].fault.code, FAULT_NONE);
        assert_true(pair_counter_finish(hands[i].pairs, &hands[i].counted.tally));
        assert_true(counted_settle(&hands[i].counted));
        assert_true(counted_merge(counted, &hands[i].counted));
        for (size_t k = 0; k < hands[i].listing.n; k++) {
            assert_true(listing_add(listing, &hands[i].listing.lines[k]));
        }
    }
    listing_sort(listing);
}

static void begin(struct sent *sent, struct hand hands[])
{
    const struct join_world *const world = &sent->sample->world;
    sent->partitions = partitions_new(&world->rules, sent->way->n_parts, sent->way->memory);
    assert_non_null(sent->partitions);
    assert_int_equal(partitions_count(sent->partitions), sent->way->n_parts);
    atomic_init(&sent->next_part, 0);
    for (size_t i = 0; i < sent->way->n_threads; i++) {
        hands[i] = (struct hand){.sent = sent,
                                 .number = i,
                                 .mail = mail_new(sent->partitions),
                                 .pairs = pair_counter_new(world->study, ROOM),
                                 .families = family_counter_new(world->study, ROOM)};
        assert_non_null(hands[i].mail);
        assert_non_null(hands[i].pairs);
        assert_non_null(hands[i].families);
        assert_true(kin_init(&hands[i].kin, world->study));
        assert_true(
            counted_init(&hands[i].counted, world->study, &world->cohorts, &world->names, 0));
    }
}

static void end(struct sent *sent, struct hand hands[])
{
    for (size_t i = 0; i < sent->way->n_threads; i++) {
        mail_free(hands[i].mail);
        pair_counter_free(hands[i].pairs);
        family_counter_free(hands[i].families);
        kin_free(&hands[i].kin);
        counted_free(&hands[i].counted);
        listing_free(&hands[i].listing);
    }
    partitions_free(sent->partitions);
}

/* --- compared --------------------------------------------------------------------------------- */

static void check_counted(const char *what, const struct counted *got,
                          const struct counted *expected)
{
    const struct tally *const g = &got->tally, *const e = &expected->tally;
    bool same = same_cells(g, e) && g->n_goals == e->n_goals;
    for (size_t i = 0; i < e->n_goals && same; i++) {
        const struct goal_cell *const x = &g->goals[i], *const y = &e->goals[i];
        same = x->cohort == y->cohort && x->category == y->category && x->flags == y->flags &&
               x->occasion == y->occasion && x->halves == y->halves && x->count == y->count;
    }
    if (!same) {
        fail_msg("%s: another tally", what);
    }
    for (size_t m = 0; m < got->study->n_measures; m++) {
        const struct measure_counts *const x = &got->measures[m], *const y = &expected->measures[m];
        assert_int_equal(x->respondents, y->respondents);
        assert_int_equal(x->moved, y->moved);
        for (size_t i = 0; i < N_FORM_REASONS; i++) {
            if (x->forms[i] != y->forms[i]) {
                fail_msg("%s: measure %zu, reason %zu: expected %llu, got %llu", what, m, i,
                         (unsigned long long)y->forms[i], (unsigned long long)x->forms[i]);
            }
        }
    }
    for (size_t j = 0; j < got->study->n_joins; j++) {
        assert_int_equal(got->ids[j].similar, expected->ids[j].similar);
        assert_int_equal(got->ids[j].summary_words, expected->ids[j].summary_words);
    }
}

static void check_listing(const char *what, const struct listing *got,
                          const struct listing *expected)
{
    if (got->n != expected->n) {
        fail_msg("%s: expected %zu lines, got %zu", what, expected->n, got->n);
    }
    for (size_t i = 0; i < got->n; i++) {
        const struct listed *const x = &got->lines[i], *const y = &expected->lines[i];
        if (x->place != y->place || x->subject != y->subject || x->kind != y->kind ||
            x->stage != y->stage || x->reason != y->reason || !id_equal(x->id, y->id)) {
            fail_msg("%s: line %zu: piece %u row %u, kind %u, reason %u; expected piece %u row %u, "
                     "kind %u, reason %u",
                     what, i, (unsigned)PLACE_PIECE(x->place), PLACE_ROW(x->place), x->kind,
                     x->reason, (unsigned)PLACE_PIECE(y->place), PLACE_ROW(y->place), y->kind,
                     y->reason);
        }
    }
}

static void check_way(const struct sample *sample, const struct way *way, const char *order)
{
    struct sent sent = {.sample = sample, .way = way};
    struct hand hands[8];
    struct counted counted;
    struct listing listing = {0};
    char what[100];
    snprintf(what, sizeof what, "%zu parts, %zu bytes, %zu threads, %s", way->n_parts, way->memory,
             way->n_threads, order);
    begin(&sent, hands);
    run(mail_forms, hands, way->n_threads);
    run(count_parts, hands, way->n_threads);
    gather(hands, way->n_threads, &counted, &listing);
    check_counted(what, &counted, &sample->world.counted);
    if (sample->world.rules.keep_places) {
        check_listing(what, &listing, &sample->world.listing);
    } else {
        assert_int_equal(listing.n, 0);
    }
    counted_free(&counted);
    listing_free(&listing);
    end(&sent, hands);
}

/* --- tests ------------------------------------------------------------------------------------ */

/* As read, from the last to the first, and shuffled. */
enum { N_ORDERS = 3 };
static const char *const order_names[N_ORDERS] = {"as read", "backwards", "shuffled"};

static void make_order(size_t order[N_FORMS], int which)
{
    uint64_t random = 5;
    for (size_t i = 0; i < N_FORMS; i++) {
        order[i] = which == 0 ? i : N_FORMS - 1 - i;
    }
    if (which == 2) {
        draw_order(&random, order, N_FORMS);
    }
}

static void check_all_ways(size_t n_threads)
{
    static const size_t parts[] = {1, 4, 64}, memories[] = {0, 1, 100000};
    static size_t order[N_FORMS];
    for (size_t kind = 0; kind < 2 * COUNT(studies); kind++) {
        struct sample *const sample = sample_new(kind / 2, kind % 2 == 0);
        for (size_t i = 0; i < COUNT(parts) * COUNT(memories) * N_ORDERS; i++) {
            const int which = (int)(i % N_ORDERS);
            const struct way way = {.n_parts = parts[i / N_ORDERS % COUNT(parts)],
                                    .memory = memories[i / N_ORDERS / COUNT(parts)],
                                    .n_threads = n_threads,
                                    .order = order};
            make_order(order, which);
            check_way(sample, &way, order_names[which]);
        }
        sample_free(sample);
    }
}

/* The sample has something of everything, or the comparison says little. */
static void test_sample(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT(studies); kind++) {
        struct sample *const sample = sample_new(kind, true);
        const struct counted *const counted = &sample->world.counted;
        for (size_t m = 0; m < N_TOY_MEASURES; m++) {
            assert_true(counted->measures[m].forms[FORM_USED] > 300);
            assert_true(counted->measures[m].forms[FORM_OUTSIDE_WINDOW] > 10);
            assert_true(counted->measures[m].forms[FORM_DUPLICATE_SAME] > 5);
            assert_true(counted->measures[m].forms[FORM_CONFLICTING] > 20);
            assert_true(counted->measures[m].moved > 50);
        }
        assert_true(counted->measures[TOY].forms[FORM_TOO_FEW_ITEMS] > 10);
        assert_true(counted->ids[0].similar > 50 && counted->ids[1].similar > 50);
        assert_int_not_equal(counted->ids[0].summary_words, 0);
        assert_true(sample->world.listing.n > 500);
        sample_free(sample);
    }
}

static void test_one_thread(void **state)
{
    (void)state;
    check_all_ways(1);
}

static void test_two_threads(void **state)
{
    (void)state;
    check_all_ways(2);
}

static void test_five_threads(void **state)
{
    (void)state;
    check_all_ways(5);
}

/* What does not fit is spilled: where it cannot be, mail says why. */
static void test_spills(void **state)
{
    (void)state;
    static size_t order[N_FORMS];
    struct sample *const sample = sample_new(0, true);
    const char *const before = getenv("TMPDIR");
    make_order(order, 0);
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    for (size_t memory = 0; memory < 2; memory++) {
        const struct way way = {.n_parts = 4, .memory = memory, .n_threads = 1, .order = order};
        struct sent sent = {.sample = sample, .way = &way};
        struct hand hand;
        begin(&sent, &hand);
        (void)mail_forms(&hand);
        assert_int_equal(hand.fault.code, memory == 0 ? FAULT_NONE : FAULT_WRITE);
        end(&sent, &hand);
    }
    assert_int_equal(before == NULL ? unsetenv("TMPDIR") : setenv("TMPDIR", before, 1), 0);
    sample_free(sample);
}

/* Nothing sent, nothing counted. */
static void test_empty(void **state)
{
    (void)state;
    static size_t order[N_FORMS];
    struct sample *const sample = sample_new(0, true);
    const struct way way = {.n_parts = 4, .memory = 1, .n_threads = 1, .order = order};
    struct sent sent = {.sample = sample, .way = &way};
    struct hand hand;
    struct counted counted;
    struct listing listing = {0};
    begin(&sent, &hand);
    assert_true(mail_deliver(hand.mail));
    run(count_parts, &hand, 1);
    gather(&hand, 1, &counted, &listing);
    assert_int_equal(counted.tally.n_cells, 0);
    assert_int_equal(listing.n, 0);
    counted_free(&counted);
    end(&sent, &hand);
    sample_free(sample);
}

/* What is never delivered, or never counted, is freed. */
static void test_given_up(void **state)
{
    (void)state;
    static size_t order[N_FORMS];
    struct sample *const sample = sample_new(0, true);
    for (size_t memory = 0; memory < 2; memory++) {
        const struct way way = {.n_parts = 4, .memory = memory, .n_threads = 1, .order = order};
        struct sent sent = {.sample = sample, .way = &way};
        struct hand hand;
        begin(&sent, &hand);
        for (size_t i = 0; i < N_FORMS; i++) {
            assert_true(mail_form(hand.mail, &sample->forms[i]));
        }
        end(&sent, &hand);
    }
    mail_free(NULL);
    partitions_free(NULL);
    sample_free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),      cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_two_threads), cmocka_unit_test(test_five_threads),
        cmocka_unit_test(test_spills),      cmocka_unit_test(test_empty),
        cmocka_unit_test(test_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
