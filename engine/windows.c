#include "engine/windows.h"

#include <assert.h>
#include <stdlib.h>

/* The place makes the order total, so that it does not matter that qsort() is not stable.
   NO_DATE is the least date and comes first. */
static int pending_compare(const void *a, const void *b)
{
    const struct pending *const x = a, *const y = b;
    if (x->respondent != y->respondent) {
        return x->respondent < y->respondent ? -1 : 1;
    }
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    if (x->form.date != y->form.date) {
        return x->form.date < y->form.date ? -1 : 1;
    }
    return x->form.place < y->form.place ? -1 : x->form.place > y->form.place;
}

/* The waiting forms of one respondent, or of one series of theirs: sorted by series, then date. */
struct waiting {
    struct pending *forms; /* borrowed */
    size_t n;
};

/* In a source without a stage column the earliest form is the first stage, unless another source
   names a form of that stage. */
static void name_the_start(struct waiting waiting)
{
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < waiting.n; i++) {
        const struct form *const form = &waiting.forms[i].form;
        if (form->stage == 0) {
            return;
        }
        if (form->stage == NO_STAGE && form->may_start && form->date < earliest) {
            earliest = form->date;
        }
    }
    for (size_t i = 0; i < waiting.n; i++) {
        struct form *const form = &waiting.forms[i].form;
        if (form->stage == NO_STAGE && form->may_start && form->date == earliest) {
            form->stage = 0;
        }
    }
}

/* Whether a waiting form belongs to a stage whose window is counted from `anchor`. */
static bool belongs(const struct pending *pending, const struct stage *stage, uint32_t stage_index,
                    int64_t anchor)
{
    const struct form *const form = &pending->form;
    if (pending->done || (form->stage != stage_index && form->stage != NO_STAGE)) {
        return false;
    }
    if (!stage->has_window || form->date == NO_DATE || anchor == NO_DATE) {
        return form->stage == stage_index; /* named, and nothing speaks against it */
    }
    return form->date - anchor >= stage->window_first && form->date - anchor <= stage->window_last;
}

/* How far a date is from what `pick` asks for; the least wins. */
static int64_t pick_distance(enum pick pick, const struct stage *stage, int64_t anchor,
                             int64_t date)
{
    if (date == NO_DATE || pick == PICK_NONE || (pick == PICK_NEAREST && anchor == NO_DATE)) {
        return 0; /* cannot be told apart: the forms meet, and agree or conflict */
    }
    if (pick == PICK_NEAREST) {
        /* In half days the middle of the window is whole. Doubled again, distances are even before
           the middle and odd from there on, so that no two dates are equally near. */
        const int64_t doubled = 2 * (date - anchor) - (stage->window_first + stage->window_last);
        return doubled < 0 ? -2 * doubled : 2 * doubled + 1; /* of two as near, the earlier */
    }
    return pick == PICK_FIRST ? date : -date;
}

/* The rule that chooses among one series' forms of a stage. Where one has no date, none can be told
   from the others: they all meet. */
static enum pick pick_for(const struct study *study, struct waiting series, uint32_t stage_index,
                          int64_t anchor)
{
    const struct stage *const stage = &study->stages[stage_index];
    for (size_t i = 0; i < series.n; i++) {
        if (series.forms[i].form.date == NO_DATE &&
            belongs(&series.forms[i], stage, stage_index, anchor)) {
            return PICK_NONE;
        }
    }
    return stage->has_window ? stage->pick : study->duplicates;
}

static struct set_aside row_of(const struct pending *pending, uint8_t stage,
                               enum form_reason reason)
{
    return (struct set_aside){.place = pending->form.place,
                              .respondent = pending->respondent,
                              .series = pending->series,
                              .measure = pending->form.measure,
                              .stage = stage,
                              .reason = (uint8_t)reason};
}

/* Sets a form aside that another of its stage was preferred to. One that says the same may turn out
   to conflict with the others, like any that meet at a place. */
static bool pass_over(struct respondents *respondents, struct join *join,
                      const struct pending *pending, uint32_t stage, const unsigned char *picked)
{
    const struct join_layout *const layout = join->layout;
    const unsigned char *const at = join_series(join, pending->series);
    const bool same = bytes_equal(pending->form.payload, picked, layout->payload_bytes) &&
                      series_state(layout, at, stage) != SLOT_CONFLICT;
    const struct set_aside row =
        row_of(pending, (uint8_t)stage, same ? FORM_DUPLICATE_SAME : FORM_CONFLICTING);
    uint32_t *count;
    if (same) {
        if (!placing_repeat_count(join, pending->series, stage, &count)) {
            return false;
        }
        (*count)++;
    }
    return placing_set_aside(respondents, &row);
}

/* Places, of one series' waiting forms, the one that the rule picks; the others are set aside. */
static bool place_picked(struct respondents *respondents, struct join *join, struct waiting series,
                         uint32_t stage_index, int64_t anchor)
{
    const struct study *const study = respondents->rules->study;
    const struct stage *const stage = &study->stages[stage_index];
    const enum pick pick = pick_for(study, series, stage_index, anchor);
    const unsigned char *picked = NULL;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < series.n; i++) {
        if (belongs(&series.forms[i], stage, stage_index, anchor)) {
            const int64_t distance = pick_distance(pick, stage, anchor, series.forms[i].form.date);
            if (picked == NULL || distance < least) {
                least = distance;
                picked = series.forms[i].form.payload;
            }
        }
    }
    for (size_t i = 0; i < series.n; i++) {
        struct pending *const pending = &series.forms[i];
        bool done = true;
        if (!belongs(pending, stage, stage_index, anchor)) {
            continue;
        }
        pending->done = true;
        /* Forms of the picked date all go to the place, where they agree or conflict. */
        if (pick_distance(pick, stage, anchor, pending->form.date) == least) {
            done = placing_add(respondents, join, &pending->form, pending->respondent,
                               pending->series, stage_index);
        } else {
            assert(picked != NULL); /* some form belongs here */
            done = pass_over(respondents, join, pending, stage_index, picked);
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

/* All waiting forms of one respondent, stage by stage, since a window is counted from the form of
   an earlier stage. What is left over lies in no window. */
static bool resolve_respondent(struct respondents *respondents, struct join *join,
                               struct waiting waiting)
{
    const struct study *const study = respondents->rules->study;
    name_the_start(waiting);
    for (uint32_t stage = 0; stage < study->n_stages; stage++) {
        /* An anchor is an earlier stage, whose forms have their places by now. `waiting` is never
           empty. */
        const int64_t anchor =
            study->stages[stage].has_window
                ? join_date(respondents->rules, join, waiting.forms[0].respondent,
                            study->stages[stage].anchor)
                : NO_DATE;
        for (size_t first = 0, next; first < waiting.n; first = next) {
            next = first;
            while (next < waiting.n && waiting.forms[next].series == waiting.forms[first].series) {
                next++;
            }
            if (!place_picked(respondents, join,
                              (struct waiting){waiting.forms + first, next - first}, stage,
                              anchor)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < waiting.n; i++) {
        const struct pending *const pending = &waiting.forms[i];
        struct set_aside row = row_of(pending, LISTED_NO_STAGE, FORM_OUTSIDE_WINDOW);
        row.series = NO_NAME;
        if (!pending->done && !placing_set_aside(respondents, &row)) {
            return false;
        }
    }
    return true;
}

bool windows_resolve(struct respondents *respondents, struct join *join)
{
    const size_t payload_bytes = join->layout->payload_bytes;
    for (size_t i = 0; i < join->n_pending; i++) {
        /* Only now, before sorting: the index still says whose payload it is. */
        join->pending[i].form.payload = join->pending_payloads + i * payload_bytes;
    }
    if (join->n_pending > 0) {
        qsort(join->pending, join->n_pending, sizeof *join->pending, pending_compare);
    }
    for (size_t first = 0, next; first < join->n_pending; first = next) {
        next = first;
        while (next < join->n_pending &&
               join->pending[next].respondent == join->pending[first].respondent) {
            next++;
        }
        if (!resolve_respondent(respondents, join,
                                (struct waiting){join->pending + first, next - first})) {
            return false;
        }
    }
    join->n_pending = 0;
    return true;
}
