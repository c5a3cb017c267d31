/* engine/count_walk.c - see count_walk.h. */
#include "engine/count_walk.h"

#include "engine/discount.h"

bool count_cell(const struct walk *walk, size_t scale, size_t stage, size_t later, tally_code code,
                tally_code later_code)
{
    const struct tally_cell cell = {.cohort = walk->cohort,
                                    .scale = (uint16_t)scale,
                                    .stage = (uint16_t)stage,
                                    .later = (uint16_t)later,
                                    .code = code,
                                    .later_code = later_code};
    return tally_add(&walk->counted->tally, &cell, 1);
}

bool count_days(const struct walk *walk, const unsigned char *series, size_t scale)
{
    const size_t before = walk->study->before, after = walk->study->after;
    const int64_t first = series_date(walk->rules, walk->layout, series, before);
    const int64_t last = series_date(walk->rules, walk->layout, series, after);
    return first == NO_DATE || last == NO_DATE ||
           count_cell(walk, scale, after, TALLY_DAYS, last - first, 0);
}

/* What a respondent adds to its family. One that no form names a family of is one by itself. */
bool count_kin(const struct walk *walk, const struct family_sum *of, uint64_t members, int64_t sum)
{
    return !family_is_none(walk->family)
               ? kin_put(walk->kin, of, members, sum)
               : family_tally_add(&walk->counted->families,
                                  &(struct family_cell){.of = *of,
                                                        .cohort = walk->cohort,
                                                        .members = members,
                                                        .sum = sum,
                                                        .count = 1});
}

/* Without families each respondent would be one by itself, which is what the cells of the tally say
   already. */
bool count_kin_pair(const struct walk *walk, size_t scale, size_t stage, size_t later,
                    tally_code before, tally_code after)
{
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n;
    bool done = true;
    if (!walk->counted->measures[walk->study->scales[scale].measure].has_family ||
        !tally_is_score(before) || !tally_is_score(after)) {
        return true;
    }
    n = family_given_by(walk->study, scale, family_counter_rules(walk->families, scale), stage,
                        later, before, after, given);
    for (size_t i = 0; i < n && done; i++) {
        done = count_kin(walk, &given[i].of, 1, given[i].sum);
    }
    return done;
}

bool count_pattern(const struct walk *walk, size_t scale, uint64_t stages, const int64_t scores[])
{
    return stages == 0 || !study_has_model(walk->study) ||
           patterns_add(&walk->counted->tally.patterns, walk->cohort, scale, (unsigned)stages,
                        scores);
}

/* Places of forms: the first of those at a stage, and of those at the latest stage. */
struct places {
    uint64_t at_wanted, latest; /* UINT64_MAX, and 0: there is none */
    size_t wanted, latest_stage;
};

static void take_places(const struct walk *walk, const unsigned char *series, struct places *places)
{
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        uint64_t place;
        if (series_state(walk->layout, series, stage) == SLOT_EMPTY) {
            continue;
        }
        place = series_place(walk->rules, walk->layout, series, stage);
        if (stage == places->wanted && place < places->at_wanted) {
            places->at_wanted = place;
        }
        if (stage > places->latest_stage || places->latest == 0 ||
            (stage == places->latest_stage && place < places->latest)) {
            places->latest = place;
            places->latest_stage = stage;
        }
    }
}

/* Where the form stands that a discount rests on; of a family's goals the first, in the order of the files. */
static uint64_t discount_place(const struct walk *walk, uint32_t measure, enum discount discount)
{
    struct places places = {.at_wanted = UINT64_MAX,
                            .wanted = discount == DISCOUNT_AFTER_INCOMPLETE ? walk->study->after
                                                                            : walk->study->before};
    if (walk->layout->is_goals) {
        for (struct goal_cursor goal = goals_of(walk->join, walk->respondent); goal.at != NULL;
             goals_next(walk->join, &goal)) {
            take_places(walk, goal.at, &places);
        }
    } else {
        take_places(walk,
                    series_of(walk, version_series(walk->layout, walk->respondent,
                                                   walk->rules->version[measure])),
                    &places);
    }
    return places.at_wanted != UINT64_MAX ? places.at_wanted : places.latest;
}

bool list_discount(const struct walk *walk, size_t scale, tally_code before, tally_code after)
{
    const uint32_t measure = (uint32_t)walk->study->scales[scale].measure;
    enum discount discount;
    struct listed line;
    if (walk->listing == NULL) {
        return true;
    }
    discount = discount_of(before, after);
    if (discount == DISCOUNT_NONE) {
        return true;
    }
    line = (struct listed){.place = discount_place(walk, measure, discount),
                           .id = join_id(walk->join, walk->respondent),
                           .subject = (uint16_t)scale,
                           .kind = LISTED_RESPONDENT,
                           .stage = LISTED_NO_STAGE,
                           .reason = (uint8_t)discount};
    return listing_add(walk->listing, &line);
}

enum reason absence(const struct walk *walk, size_t stage_index)
{
    const struct stage *const stage = &walk->study->stages[stage_index];
    if (stage->has_window && walk->study->as_of != NO_DATE) {
        const int64_t anchor = join_date(walk->rules, walk->join, walk->respondent, stage->anchor);
        /* Without a date to count from nothing shows that a form is not due, and it counts as
           missing. */
        if (anchor != NO_DATE && walk->study->as_of < anchor + stage->window_first) {
            return REASON_NOT_DUE;
        }
    }
    return REASON_NO_FORM;
}
