/* engine/placing.c - a place remembers only its first form. A second with the same payload changes nothing;
   one with another payload makes the place a conflict for good, whichever came first. Rows that looked
   like duplicates until then are put right: in the counts at once, in the list at the end
   (respondents_resolve). */
#include "engine/placing.h"

#include <string.h>

void placing_note_cohort(const struct join_rules *rules, struct respondent *respondent,
                         uint32_t cohort, uint32_t stage)
{
    const uint8_t rank = rules->cohort_ranks[stage];
    const bool is_first = respondent->cohort_rank == 0;
    /* The cohort only changes by a form that differs, so any two that differ are noticed, in
       whatever order they come. */
    respondent->moved = respondent->moved || (!is_first && respondent->cohort != cohort);
    /* two forms of one stage that differ: the one that prints first, whatever the row order */
    if (rank > respondent->cohort_rank ||
        (rank == respondent->cohort_rank && cohort != respondent->cohort &&
         cohorts_compare(rules->cohorts, cohort, respondent->cohort) < 0)) {
        respondent->cohort_rank = rank;
        respondent->cohort = cohort;
    }
}

static uint64_t *aside_count(struct respondents *respondents, uint32_t measure,
                             enum form_reason reason)
{
    return &respondents->set_aside_counts[measure * N_FORM_REASONS + reason];
}

bool placing_set_aside(struct respondents *respondents, const struct set_aside *row)
{
    (*aside_count(respondents, row->measure, (enum form_reason)row->reason))++;
    if (!respondents->rules->keep_places) {
        return true;
    }
    if (!array_grow(&respondents->set_aside, &respondents->set_aside_capacity,
                    respondents->n_set_aside + 1, sizeof *respondents->set_aside)) {
        return false;
    }
    respondents->set_aside[respondents->n_set_aside++] = *row;
    return true;
}

bool placing_repeat_count(struct join *join, uint32_t series, uint32_t stage, uint32_t **count)
{
    const uint32_t key[2] = {series, stage};
    uint32_t number;
    if (!names_add(&join->repeated, (const char *)key, sizeof key, &number) ||
        !array_grow(&join->n_repeated, &join->n_repeated_capacity, (size_t)number + 1,
                    sizeof *join->n_repeated)) {
        return false;
    }
    *count = &join->n_repeated[number];
    return true;
}

/* A second form came to a place, and says something else: all that stand there conflict. */
static bool make_conflict(struct respondents *respondents, struct join *join, uint32_t series,
                          const struct set_aside *first, unsigned char *at)
{
    const struct join_layout *const layout = join->layout;
    const uint32_t key[2] = {series, first->stage};
    const uint32_t known = names_find(&join->repeated, (const char *)key, sizeof key);
    const uint32_t more = known == NO_NAME ? 0 : join->n_repeated[known];
    series_set_conflict(layout, at, first->stage);
    *aside_count(respondents, first->measure, FORM_DUPLICATE_SAME) -= more;
    *aside_count(respondents, first->measure, FORM_CONFLICTING) += more;
    /* The first form was not set aside so far; now it is. */
    return placing_set_aside(respondents, first);
}

/* A form for a place that has one already; `said` is what the place would keep of it. */
static bool add_again(struct respondents *respondents, struct join *join, const struct form *form,
                      const unsigned char *said, uint32_t respondent, uint32_t series,
                      uint32_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = join->layout;
    unsigned char *const at = join_series(join, series);
    const uint64_t first = series_place(rules, layout, at, stage);
    struct set_aside row = {.place = form->place,
                            .respondent = respondent,
                            .series = series,
                            .measure = form->measure,
                            .stage = (uint8_t)stage,
                            .reason = FORM_CONFLICTING};
    const int64_t date = series_date(rules, layout, at, stage);
    /* The earliest date of all forms that met here, since windows are counted from it and must not
       depend on which row came first. */
    if (form->date != NO_DATE && (date == NO_DATE || form->date < date)) {
        series_set_date(rules, layout, at, stage, form->date);
    }
    /* Of forms that say the same, the one that stands first in the files is used, and the others are
       listed. Where they conflict the first is listed, too, and has been. */
    if (rules->keep_places && form->place < first) {
        series_set_place(rules, layout, at, stage, form->place);
        row.place = series_state(layout, at, stage) == SLOT_FORM ? first : form->place;
    }
    if (series_state(layout, at, stage) == SLOT_FORM) {
        uint32_t *count;
        if (bytes_equal(series_payload(layout, at, stage), said, layout->stored_bytes)) {
            row.reason = FORM_DUPLICATE_SAME;
            if (!placing_repeat_count(join, series, stage, &count)) {
                return false;
            }
            (*count)++;
        } else {
            struct set_aside other = row;
            other.place = row.place == first ? form->place : first;
            if (!make_conflict(respondents, join, series, &other, at)) {
                return false;
            }
        }
    }
    return placing_set_aside(respondents, &row);
}

bool placing_add(struct respondents *respondents, struct join *join, const struct form *form,
                 uint32_t respondent, uint32_t series, uint32_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = join->layout;
    unsigned char *const at = join_series(join, series);
    const unsigned char *said = form->payload;
    unsigned char stored[sizeof(uint32_t)];
    uint32_t code;
    struct respondent *const person = join_respondent(join, respondent);
    placing_note_cohort(rules, person, form->cohort, stage);
    if (!family_is_none(form->family)) {
        join_note_family(join, person, form->family, rules->cohort_ranks[stage]);
    }
    if (layout->is_goals) {
        if (!join_rating_code(join, form->payload, &code)) { /* fit_goal() has seen that it fits */
            return false;
        }
        code_put(stored, code + 1, layout->stored_bytes);
        said = stored;
        note_goal(rules, layout, at, form->category, form->flags, stage);
    }
    if (!series_fill(layout, at, stage, said)) {
        return add_again(respondents, join, form, said, respondent, series, stage);
    }
    series_set_date(rules, layout, at, stage, form->date);
    series_set_place(rules, layout, at, stage, form->place);
    return true;
}
