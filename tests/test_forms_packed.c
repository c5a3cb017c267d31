/* Forms as bytes and back, in every kind of study. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/respondents.h"
#include "tests/toy.h"

static const struct stage stages[MAX_STAGES] = {{.name = "all without a window"}};

static const struct study study_of_all = {.title = "",
                                          .measures = toy_measures,
                                          .n_measures = N_TOY_MEASURES,
                                          .n_joins = 2,
                                          .scales = toy_scales,
                                          .n_scales = N_TOY_SCALES,
                                          .stages = stages,
                                          .n_stages = MAX_STAGES,
                                          .as_of = NO_DATE};

static const char long_text[300] = "a participant whose id was made by a very careful system: ";
static const size_t id_lengths[] = {1, 15, 16, 17, 33, sizeof long_text};
static const uint32_t stage_numbers[] = {0, 5, MAX_STAGES - 1, NO_STAGE};
static const int64_t dates[] = {NO_DATE, -400, 0, 17621};
static const size_t family_lengths[] = {0, 1, 8, 9, 16, 17};

/* What of a form this study's forms have; the rest is not brought along. */
static struct form kept_of(const struct join_rules *rules, const struct form *form)
{
    struct form kept = *form;
    if (!rules->by_date && form->stage != NO_STAGE) {
        kept.date = NO_DATE;
    }
    if (!rules->keep_places) {
        kept.place = 0;
    }
    if (!layout_of(rules, form->measure)->is_goals) {
        kept.goal = kept.category = NO_NAME;
        kept.flags = 0;
    }
    return kept;
}

static void check_form(const struct join_rules *rules, const struct form *given,
                       const struct form *got)
{
    const struct form expected = kept_of(rules, given);
    assert_true(id_equal(got->id, expected.id));
    assert_int_equal(id_hash(got->id), expected.hash);
    assert_int_equal(got->hash, (uint32_t)expected.hash);
    assert_int_equal(got->place, expected.place);
    assert_int_equal(got->date, expected.date);
    assert_int_equal(got->cohort, expected.cohort);
    assert_int_equal(got->goal, expected.goal);
    assert_int_equal(got->category, expected.category);
    assert_int_equal(got->stage, expected.stage);
    assert_int_equal(got->measure, expected.measure);
    assert_int_equal(got->flags, expected.flags);
    assert_int_equal(got->may_start, expected.may_start);
    assert_true(family_equal(got->family, expected.family));
    assert_memory_equal(got->payload, expected.payload,
                        layout_of(rules, given->measure)->payload_bytes);
}

/* The columns of forms that are like one of them, but for ids and families of other lengths. */
enum { N_LIKE = PACKED_AT_ONCE + 3 };
struct like {
    struct form forms[N_LIKE];
    struct id ids[N_LIKE];
    uint32_t cohorts[N_LIKE], stages[N_LIKE], goals[N_LIKE], categories[N_LIKE];
    uint32_t codes[MAX_PAYLOAD][N_LIKE];
    uint8_t narrow[MAX_PAYLOAD][N_LIKE]; /* the same codes, where they are such */
    bool is_narrow;
    uint16_t flags[N_LIKE];
    uint64_t places[N_LIKE];
    struct family_id families[N_LIKE];
    bool sent[N_LIKE];
};

static void fill_like(struct like *like, const struct join_layout *layout, const struct form *form)
{
    static const size_t lengths[] = {2, 4, 8, 9, 16, 17};
    like->is_narrow = true;
    for (size_t i = 0; i < N_LIKE; i++) {
        struct form *const f = &like->forms[i];
        *f = *form;
        if (i % 3 != 0) {
            f->id = id_of(long_text + i % 7, lengths[i % COUNT(lengths)]);
            f->family = family_id_of(long_text + i % 5, lengths[i % 4]);
        }
        if (i % 50 == 7) {
            f->id = id_of("0001.0", 6); /* not by its bytes alone */
        }
        f->hash = id_hash(f->id);
        like->ids[i] = f->id;
        like->cohorts[i] = f->cohort += (uint32_t)i;
        like->stages[i] = f->stage;
        like->goals[i] = f->goal;
        like->categories[i] = f->category;
        like->flags[i] = f->flags;
        like->places[i] = f->place += i;
        like->families[i] = f->family;
        like->sent[i] = i % 11 != 5;
        for (size_t k = 0; k < layout->n_payload; k++) {
            like->codes[k][i] = payload_code(layout, form->payload, k);
            like->narrow[k][i] = (uint8_t)like->codes[k][i];
            like->is_narrow = like->is_narrow && like->codes[k][i] <= UINT8_MAX;
        }
    }
}

/* The same by the short way, which takes forms from columns: what comes back is the form. */
static void check_like(const struct join_rules *rules, const struct like *like,
                       const struct packed_columns *packed, size_t first)
{
    size_t n_plain = 0;
    for (size_t i = 0; i < packed->n; i++) {
        const struct form *const form = &like->forms[first + i];
        const bool plain = like->sent[first + i] && form->stage != NO_STAGE &&
                           !id_is_long(form->id) && !rules->by_date;
        unsigned char bytes[PACKED_WORDS * PACKED_WORD];
        struct form got;
        assert_int_equal(packed->plain[i], plain);
        if (!plain) {
            continue;
        }
        for (size_t k = 0; k < packed->n_words; k++) {
            memcpy(bytes + k * PACKED_WORD, &packed->words[k][i], PACKED_WORD);
        }
        assert_int_equal(packed->hashes[i], form->hash);
        assert_int_equal(form_unpack(rules, bytes, &got), packed->n_words * PACKED_WORD);
        assert_int_equal(packed_bytes(rules, layout_of(rules, form->measure), bytes),
                         packed->n_words * PACKED_WORD);
        assert_int_not_equal(head_kind(packed_head(bytes)) & PACKED_PLAIN, 0);
        check_form(rules, form, &got);
        n_plain++;
    }
    assert_true(n_plain == 0 || n_plain > packed->n / 3);
}

static void check_columns(const struct join_rules *rules, const struct form *form)
{
    const struct join_layout *const layout = layout_of(rules, form->measure);
    struct like *const like = calloc(1, sizeof *like);
    struct packed_columns *const packed = calloc(1, sizeof *packed);
    assert_non_null(like);
    assert_non_null(packed);
    fill_like(like, layout, form);
    for (int kind = 0; kind < (like->is_narrow ? 4 : 2); kind++) {
        const bool named = kind % 2 == 0;
        const struct form_columns forms = {.measure = form->measure,
                                           .may_start = form->may_start,
                                           .ids = like->ids,
                                           .cohorts = like->cohorts,
                                           .stages = like->stages,
                                           .codes = kind < 2 ? like->codes[0] : NULL,
                                           .narrow = like->narrow[0],
                                           .stride = N_LIKE,
                                           .goals = layout->is_goals ? like->goals : NULL,
                                           .categories = like->categories,
                                           .flags = like->flags,
                                           .places = like->places,
                                           .families = named ? like->families : NULL,
                                           .sent = like->sent,
                                           .n = N_LIKE};
        for (size_t i = 0; i < N_LIKE; i++) {
            like->forms[i].family = named ? like->families[i] : (struct family_id){{0, 0}};
        }
        for (size_t first = 0; first < N_LIKE; first += PACKED_AT_ONCE) {
            forms_pack(rules, &forms, first, packed);
            check_like(rules, like, packed, first);
        }
    }
    free(packed);
    free(like);
}

/* The bytes of a form are one; a part of them is none, and neither are they with a measure, stage or kind that
   there is not. */
static void check_whole(const struct join_rules *rules, const unsigned char *packed, size_t n)
{
    static const size_t places[] = {PACKED_HEAD + 1, PACKED_HEAD + 2, PACKED_HEAD + 3};
    for (size_t length = 0; length <= n; length++) {
        unsigned char *const part = malloc(length + 1);
        assert_non_null(part);
        memcpy(part, packed, length);
        assert_int_equal(form_is_whole(rules, part, length), length == n);
        for (size_t i = 0; i < COUNT(places) && length == n; i++) {
            const unsigned char is = part[places[i]];
            part[places[i]] = 0xc0;
            assert_false(form_is_whole(rules, part, length));
            part[places[i]] = is;
        }
        free(part);
    }
}

/* Two forms one behind the other at an odd address, in just as much room as is asked for. */
static void check_round_trip(const struct join_rules *rules, const struct form *form)
{
    const size_t most = form_packed_most(form);
    const struct join_layout *const layout = layout_of(rules, form->measure);
    unsigned char *const bytes = malloc(2 * most + 1);
    struct form other = *form, got;
    size_t n, n_other, back;
    assert_non_null(bytes);
    other.cohort = 4000000000u;
    other.may_start = !form->may_start;
    n = form_pack(rules, form, bytes + 1);
    assert_true(n <= most);
    n_other = form_pack(rules, &other, bytes + 1 + n);
    assert_int_equal(n_other, n);
    back = form_unpack(rules, bytes + 1, &got);
    assert_int_equal(back, n);
    check_form(rules, form, &got);
    back = form_unpack(rules, bytes + 1 + n, &got);
    assert_int_equal(back, n);
    check_form(rules, &other, &got);
    assert_int_equal(packed_bytes(rules, layout, bytes + 1), n);
    assert_int_equal((head_kind(packed_head(bytes + 1)) & PACKED_PLAIN) != 0,
                     !rules->by_date && !id_is_long(form->id) && form->stage != NO_STAGE);
    check_whole(rules, bytes + 1, n);
    free(bytes);
}

static void check_forms(const struct join_rules *rules, uint16_t measure)
{
    const struct instrument *const instrument = rules->study->measures[measure].instrument;
    uint32_t codes[MAX_PAYLOAD] = {200, 70000};
    unsigned char payload[MAX_PAYLOAD * sizeof(uint32_t)];
    for (size_t i = 0; i < instrument->n_scales && !instrument->is_goals; i++) {
        codes[i] = (uint32_t)(N_REASONS + instrument->scales[i].n_values - 1);
    }
    payload_pack(layout_of(rules, measure), codes, payload);
    for (size_t i = 0; i < COUNT(id_lengths); i++) {
        for (size_t s = 0; s < COUNT(stage_numbers); s++) {
            for (size_t d = 0; d < COUNT(dates); d++) {
                struct form form = {.id = id_of(long_text, id_lengths[i]),
                                    .place = PLACE(70000, 33554431),
                                    .date = dates[d],
                                    .cohort = 17,
                                    .goal = measure == TOY_GOALS ? 70001 : NO_NAME,
                                    .category = s == 0 && measure == TOY_GOALS ? 3 : NO_NAME,
                                    .stage = stage_numbers[s],
                                    .measure = measure,
                                    .flags = measure == TOY_GOALS ? 0x8001 : 0,
                                    .may_start = d % 2 == 0,
                                    .payload = payload};
                form.hash = id_hash(form.id);
                for (size_t f = 0; f < COUNT(family_lengths); f++) {
                    form.family = family_id_of(long_text, family_lengths[f]);
                    check_round_trip(rules, &form);
                    check_columns(rules, &form);
                }
            }
        }
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        struct study study = study_of_all;
        struct cohorts cohorts;
        struct names names = {0};
        struct join_rules rules;
        study.duplicates = (kind & 1) != 0 ? PICK_FIRST : PICK_NONE;
        study.goals.weighted = (kind & 2) != 0;
        assert_true(cohorts_init(&cohorts, 0));
        assert_true(join_rules_init(&rules, &study, &cohorts, &names, (kind & 4) != 0));
        assert_int_equal(rules.by_date, (kind & 1) != 0);
        for (uint16_t measure = 0; measure < N_TOY_MEASURES; measure++) {
            check_forms(&rules, measure);
        }
        join_rules_free(&rules);
        cohorts_free(&cohorts);
    }
}

/* --- codes ------------------------------------------------------------------------------------ */

static const struct {
    size_t n_values; /* of the larger of two scales */
    size_t code_bytes;
} widths[] = {{1, 1},
              {0x100 - N_REASONS, 1},
              {0x101 - N_REASONS, 2},
              {0x10000 - N_REASONS, 2},
              {0x10001 - N_REASONS, 4}};

/* As many bytes as the widest scale needs, low byte first, and the codes back. */
static void test_payloads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(widths); i++) {
        const uint32_t most = (uint32_t)(N_REASONS + widths[i].n_values - 1);
        const uint32_t codes[] = {N_REASONS, most};
        struct scale scales[2] = {toy.scales[0], toy.scales[0]};
        struct instrument instrument = toy;
        const struct measure measure = {.label = "wide", .instrument = &instrument};
        struct study study = study_of_all;
        struct cohorts cohorts;
        struct names names = {0};
        struct join_rules rules;
        unsigned char payload[2 * sizeof(uint32_t)];
        scales[0].n_values = 1;
        scales[1].n_values = widths[i].n_values;
        instrument.scales = scales;
        instrument.n_scales = 2;
        study.measures = &measure;
        study.n_measures = study.n_joins = 1;
        assert_true(cohorts_init(&cohorts, 0));
        assert_true(join_rules_init(&rules, &study, &cohorts, &names, false));
        assert_int_equal(rules.joins[0].code_bytes, widths[i].code_bytes);
        assert_int_equal(rules.joins[0].payload_bytes, 2 * widths[i].code_bytes);
        payload_pack(&rules.joins[0], codes, payload);
        assert_int_equal(payload[widths[i].code_bytes], most & 0xff);
        assert_int_equal(payload_code(&rules.joins[0], payload, 0), N_REASONS);
        assert_int_equal(payload_code(&rules.joins[0], payload, 1), most);
        join_rules_free(&rules);
        cohorts_free(&cohorts);
    }
}

/* Any number of codes of a byte each, all of them different: they are packed by fours. */
static void test_many_codes(void **state)
{
    (void)state;
    for (size_t n = 1; n <= MAX_SCALES; n++) {
        struct scale scales[MAX_SCALES];
        struct instrument instrument = toy;
        const struct measure measure = {.label = "many", .instrument = &instrument};
        struct study study = study_of_all;
        struct cohorts cohorts;
        struct names names = {0};
        struct join_rules rules;
        unsigned char payload[MAX_SCALES];
        for (size_t i = 0; i < n; i++) {
            scales[i] = toy.scales[0];
            scales[i].n_values = 0x100 - N_REASONS;
            payload[i] = (unsigned char)(255 - 7 * i);
        }
        instrument.scales = scales;
        instrument.n_scales = n;
        study.measures = &measure;
        study.n_measures = study.n_joins = 1;
        assert_true(cohorts_init(&cohorts, 0));
        assert_true(join_rules_init(&rules, &study, &cohorts, &names, true));
        check_columns(&rules, &(struct form){.id = id_of(long_text, 7),
                                             .hash = id_hash(id_of(long_text, 7)),
                                             .place = PLACE(7, 8),
                                             .date = NO_DATE,
                                             .goal = NO_NAME,
                                             .category = NO_NAME,
                                             .stage = 3,
                                             .payload = payload});
        join_rules_free(&rules);
        cohorts_free(&cohorts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_many_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
