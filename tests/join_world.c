#include "tests/join_world.h"

#include <stdlib.h>
#include <string.h>
#include "tests/check.h"

void world_init(struct join_world *world, const struct study *study, bool keep_places)
{
    *world = (struct join_world){.study = study};
    assert_true(cohorts_init(&world->cohorts, study->n_cohort_columns));
    assert_true(join_rules_init(&world->rules, study, &world->cohorts, &world->names, keep_places));
    assert_true(respondents_init(&world->respondents, &world->rules));
}

void world_free(struct join_world *world)
{
    if (world->counted.study != NULL) {
        counted_free(&world->counted);
    }
    listing_free(&world->listing);
    respondents_free(&world->respondents);
    join_rules_free(&world->rules);
    names_free(&world->names);
    cohorts_free(&world->cohorts);
}

void add_forms(struct join_world *world, const struct form forms[], size_t n)
{
    size_t most = 1, n_bytes = 0;
    unsigned char *bytes;
    for (size_t i = 0; i < n; i++) {
        most += form_packed_most(&forms[i]);
    }
    bytes = malloc(most);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++) {
        n_bytes += form_pack(&world->rules, &forms[i], bytes + n_bytes);
    }
    assert_true(respondents_add(&world->respondents, bytes, n_bytes));
    memset(bytes, 0xee, most); /* what is kept was copied */
    free(bytes);
}

void world_add(struct join_world *world, const char *who, const struct form *form,
               const uint32_t codes[])
{
    unsigned char payload[MAX_PAYLOAD * sizeof(uint32_t)];
    struct form copy = *form;
    payload_pack(layout_of(&world->rules, form->measure), codes, payload);
    copy.id = id_of(who, strlen(who));
    copy.hash = id_hash(copy.id);
    copy.payload = payload;
    add_forms(world, &copy, 1);
    memset(payload, 0xee, sizeof payload); /* what is kept was copied */
}

uint32_t world_site(struct join_world *world, const char *site, size_t length)
{
    uint32_t value, cohort;
    assert_true(cohorts_value(&world->cohorts, site, length, &value));
    assert_true(cohorts_add(&world->cohorts, &value, &cohort));
    return cohort;
}

uint32_t world_name(struct join_world *world, const char *text)
{
    uint32_t number;
    assert_true(names_add(&world->names, text, strlen(text), &number));
    return number;
}

void world_count(struct join_world *world, size_t room)
{
    struct pair_counter *const pairs = pair_counter_new(world->study, room);
    struct family_counter *const families = family_counter_new(world->study, room);
    struct kin kin;
    const struct counting counting = {&world->counted, pairs, families, &kin, &world->listing};
    assert_non_null(pairs);
    assert_non_null(families);
    assert_true(kin_init(&kin, world->study));
    assert_true(respondents_resolve(&world->respondents));
    assert_true(counted_init(&world->counted, world->study, &world->cohorts, &world->names, 0));
    assert_true(count_respondents(&world->respondents, &counting));
    assert_true(pair_counter_finish(pairs, &world->counted.tally));
    assert_true(counted_settle(&world->counted));
    listing_sort(&world->listing);
    pair_counter_free(pairs);
    family_counter_free(families);
    kin_free(&kin);
}

uint32_t world_find(const struct join_world *world, size_t join, const char *who)
{
    const uint32_t found = join_find(&world->respondents.joins[join], id_of(who, strlen(who)));
    assert_int_not_equal(found, NO_NAME);
    return found;
}

struct cell_count world_cell(const struct join_world *world, size_t scale, size_t stage,
                             size_t later)
{
    struct cell_cursor at = tally_find(&world->counted.tally, 0, scale, stage, later), one;
    if (cell_next(&at)) {
        assert_int_equal(at.cell.count, 1);
        one = at;
        assert_false(cell_next(&at));
        return one.cell;
    }
    return (struct cell_count){.count = 0};
}

char code_letter(tally_code code)
{
    return tally_is_score(code) ? (char)('0' + code) : "ndicvg"[tally_reason(code)];
}

char discount_letter(enum discount discount)
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

char world_discount(const struct join_world *world, size_t scale)
{
    char found = '\0';
    for (size_t i = 0; i < world->listing.n; i++) {
        const struct listed *const line = &world->listing.lines[i];
        if (line->kind == LISTED_RESPONDENT && line->subject == scale) {
            assert_int_equal(found, '\0'); /* once */
            assert_int_equal(line->stage, LISTED_NO_STAGE);
            found = discount_letter((enum discount)line->reason);
        }
    }
    return found;
}
