/* engine/respondents.c - forms may come in any order, and the result must not depend on it. Three
   rules see to that:

   - A place remembers only its first form. A second with the same payload changes nothing; one with
     another payload makes the place a conflict for good, whichever came first. Rows that looked
     like duplicates until then are put right at the end (settle_duplicates).
   - Where dates decide, forms wait until all are known, and are sorted before they are looked at.
   - Of two cohorts that one stage's forms give, the one that prints first is taken. */
#include "engine/respondents.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A form that waits until all forms of its respondent are known. */
struct pending {
    struct form form;
    uint32_t series;
    bool done;
};

bool respondents_init(struct respondents *respondents, const struct study *study,
                      const struct cohorts *cohorts, struct findings *findings)
{
    *respondents = (struct respondents){.study = study, .cohorts = cohorts, .findings = findings};
    respondents->joins = calloc(study->n_joins, sizeof *respondents->joins);
    if (respondents->joins == NULL) {
        /* calloc() may give NULL for no joins, and then nothing is missing. */
        return study->n_joins == 0;
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        const struct measure *const measure = &study->measures[i];
        respondents->joins[measure->join].n_payload =
            measure->instrument->is_goals ? GOAL_PAYLOAD : measure->instrument->n_scales;
    }
    respondents->by_date = study->duplicates != PICK_NONE;
    for (size_t i = 0; i < study->n_stages; i++) {
        respondents->by_date = respondents->by_date || study->stages[i].has_window;
    }
    return true;
}

void respondents_free(struct respondents *respondents)
{
    for (size_t i = 0; respondents->joins != NULL && i < respondents->study->n_joins; i++) {
        struct join *const join = &respondents->joins[i];
        names_free(&join->ids);
        names_free(&join->goals);
        free(join->respondents);
        free(join->series);
        free(join->slots);
        free(join->payloads);
        free(join->pending);
        free(join->pending_payloads);
    }
    free(respondents->joins);
    names_free(&respondents->names);
    *respondents = (struct respondents){0};
}

static struct join *join_of(struct respondents *respondents, uint32_t measure)
{
    return &respondents->joins[respondents->study->measures[measure].join];
}

static struct slot *slot_at(const struct respondents *respondents, const struct join *join,
                            uint32_t series, size_t stage)
{
    return &join->slots[series * respondents->study->n_stages + stage];
}

const struct slot *join_slot(const struct respondents *respondents, const struct join *join,
                             uint32_t series, size_t stage)
{
    return slot_at(respondents, join, series, stage);
}

const uint32_t *join_payload(const struct respondents *respondents, const struct join *join,
                             uint32_t series, size_t stage)
{
    return &join->payloads[(series * respondents->study->n_stages + stage) * join->n_payload];
}

int64_t respondent_date(const struct respondents *respondents, const struct join *join,
                        uint32_t respondent, size_t stage)
{
    int64_t date = NO_DATE;
    for (uint32_t i = join->respondents[respondent].first_series; i != NO_NAME;
         i = join->series[i].next) {
        const struct slot *const slot = slot_at(respondents, join, i, stage);
        if (slot->state != SLOT_EMPTY && slot->date != NO_DATE &&
            (date == NO_DATE || slot->date < date)) {
            date = slot->date;
        }
    }
    return date;
}

bool respondents_id(struct respondents *respondents, uint32_t measure, const char *id,
                    size_t length, uint32_t *respondent)
{
    struct join *const join = join_of(respondents, measure);
    const size_t n = join->ids.n_names;
    if (!names_add(&join->ids, id, length, respondent)) {
        return false;
    }
    if (*respondent == n) {
        if (!array_grow(&join->respondents, &join->respondents_capacity, n + 1,
                        sizeof *join->respondents)) {
            return false;
        }
        join->respondents[n] =
            (struct respondent){.first_series = NO_NAME, .cohort_rank = UINT32_MAX};
    }
    return true;
}

bool respondents_name(struct respondents *respondents, const char *text, size_t length,
                      uint32_t *name)
{
    return names_add(&respondents->names, text, length, name);
}

/* A new series of a respondent, with an empty place for each stage. */
static bool add_series(struct respondents *respondents, struct join *join, const struct form *form,
                       uint32_t *added)
{
    struct respondent *const respondent = &join->respondents[form->respondent];
    const size_t n_stages = respondents->study->n_stages, n = join->n_series + 1;
    if (n >= NO_NAME ||
        !array_grow(&join->series, &join->series_capacity, n, sizeof *join->series) ||
        !array_grow(&join->slots, &join->slots_capacity, n * n_stages, sizeof *join->slots) ||
        !array_grow(&join->payloads, &join->payloads_capacity, n * n_stages * join->n_payload,
                    sizeof *join->payloads)) {
        return false;
    }
    /* New series go to the front of the respondent's list: its order is that of the rows, turned
       round, and means nothing. */
    *added = (uint32_t)join->n_series++;
    join->series[*added] = (struct series){.respondent = form->respondent,
                                           .measure = form->measure,
                                           .goal = form->goal,
                                           .category = NO_NAME,
                                           .category_stage = NO_STAGE,
                                           .next = respondent->first_series};
    respondent->first_series = *added;
    return true;
}

/* The respondent's series of this version of a questionnaire: there are two or three at the
   most. */
static bool find_version(struct respondents *respondents, struct join *join,
                         const struct form *form, uint32_t *found)
{
    *found = join->respondents[form->respondent].first_series;
    while (*found != NO_NAME && join->series[*found].measure != form->measure) {
        *found = join->series[*found].next;
    }
    return *found != NO_NAME || add_series(respondents, join, form, found);
}

/* The respondent's series of this goal. Goals go by a table, since a file that gives every row the
   same id would make one respondent with all goals of the file. */
static bool find_goal(struct respondents *respondents, struct join *join, const struct form *form,
                      uint32_t *found)
{
    const uint32_t key[2] = {form->respondent, form->goal};
    const uint32_t known = names_find(&join->goals, (const char *)key, sizeof key);
    if (known != NO_NAME) {
        *found = known;
        return true;
    }
    /* Each new key makes one new series: the number in `goals` is the series' own. */
    return names_add(&join->goals, (const char *)key, sizeof key, found) &&
           add_series(respondents, join, form, found);
}

/* The cohort is read from the form of the first stage in this order that the respondent has. */
static uint32_t cohort_rank(const struct study *study, uint32_t stage)
{
    const bool first = (study->cohort_from == COHORT_FROM_BEFORE && stage == study->before) ||
                       (study->cohort_from == COHORT_FROM_AFTER && stage == study->after);
    return first ? 0 : stage + 1;
}

static void note_cohort(const struct respondents *respondents, struct respondent *respondent,
                        uint32_t cohort, uint32_t stage)
{
    const uint32_t rank = cohort_rank(respondents->study, stage);
    const bool is_first = respondent->cohort_rank == UINT32_MAX;
    /* The cohort only changes by a form that differs, so any two that differ are noticed, in
       whatever order they come. */
    respondent->moved = respondent->moved || (!is_first && respondent->cohort != cohort);
    /* two forms of one stage that differ: the one that prints first, whatever the row order */
    if (rank < respondent->cohort_rank ||
        (rank == respondent->cohort_rank &&
         cohorts_compare(respondents->cohorts, cohort, respondent->cohort) < 0)) {
        respondent->cohort_rank = rank;
        respondent->cohort = cohort;
    }
}

static void note_goal(const struct respondents *respondents, struct series *series,
                      const struct form *form, uint32_t stage)
{
    /* A union, and below a least element: neither depends on the order of the forms. */
    series->flags |= form->flags;
    if (form->category == NO_NAME) {
        return;
    }
    /* NO_STAGE is above every stage, so that the first category given is taken. */
    if (stage < series->category_stage ||
        (stage == series->category_stage &&
         strcmp(names_text(&respondents->names, form->category),
                names_text(&respondents->names, series->category)) < 0)) {
        series->category = form->category;
        series->category_stage = stage;
    }
}

static bool set_aside(struct respondents *respondents, const struct form *form, uint32_t series,
                      struct location location, uint32_t stage, enum form_reason reason)
{
    const struct set_aside row = {.location = location,
                                  .respondent = form->respondent,
                                  .series = series,
                                  .measure = form->measure,
                                  .stage = stage,
                                  .reason = reason};
    return findings_add_form(respondents->findings, &row);
}

/* Puts a form in its place. The second form with the same payload is listed as a duplicate for now;
   settle_duplicates() has the last word. */
static bool place(struct respondents *respondents, struct join *join, const struct form *form,
                  uint32_t series, uint32_t stage)
{
    struct slot *const slot = slot_at(respondents, join, series, stage);
    uint32_t *const payload =
        &join->payloads[(series * respondents->study->n_stages + stage) * join->n_payload];
    const size_t size = join->n_payload * sizeof *payload;
    note_cohort(respondents, &join->respondents[form->respondent], form->cohort, stage);
    note_goal(respondents, &join->series[series], form, stage);
    if (slot->state == SLOT_EMPTY) {
        *slot = (struct slot){SLOT_FORM, form->location, form->date};
        memcpy(payload, form->payload, size);
        return true;
    }
    /* The earliest date of all forms that met here, since windows are counted from it and must not
       depend on which row came first. */
    if (form->date != NO_DATE && (slot->date == NO_DATE || form->date < slot->date)) {
        slot->date = form->date;
    }
    if (slot->state == SLOT_FORM && memcmp(payload, form->payload, size) == 0) {
        return set_aside(respondents, form, series, form->location, stage, FORM_DUPLICATE_SAME);
    }
    if (slot->state == SLOT_FORM) {
        /* The first form was not listed so far; now it is set aside with the second. */
        slot->state = SLOT_CONFLICT;
        if (!set_aside(respondents, form, series, slot->location, stage, FORM_CONFLICTING)) {
            return false;
        }
    }
    return set_aside(respondents, form, series, form->location, stage, FORM_CONFLICTING);
}

static bool wait(struct join *join, const struct form *form, uint32_t series)
{
    const size_t n = join->n_pending;
    if (!array_grow(&join->pending, &join->pending_capacity, n + 1, sizeof *join->pending) ||
        !array_grow(&join->pending_payloads, &join->pending_payloads_capacity,
                    (n + 1) * join->n_payload, sizeof *join->pending_payloads)) {
        return false;
    }
    /* The payload is the caller's and does not last; respondents_resolve() points to the copy once
       the array no longer moves. */
    join->pending[n] = (struct pending){.form = *form, .series = series};
    memcpy(join->pending_payloads + n * join->n_payload, form->payload,
           join->n_payload * sizeof *join->pending_payloads);
    join->n_pending++;
    return true;
}

bool respondents_add(struct respondents *respondents, const struct form *form)
{
    struct join *const join = join_of(respondents, form->measure);
    uint32_t series;
    if (form->goal == NO_NAME ? !find_version(respondents, join, form, &series)
                              : !find_goal(respondents, join, form, &series)) {
        return false;
    }
    if (respondents->by_date || form->stage == NO_STAGE) {
        return wait(join, form, series);
    }
    return place(respondents, join, form, series, form->stage);
}

/* The location makes the order total, so that it does not matter that qsort() is not stable.
   NO_DATE is the least date and comes first. */
static int pending_compare(const void *a, const void *b)
{
    const struct pending *const x = a, *const y = b;
    if (x->form.respondent != y->form.respondent) {
        return x->form.respondent < y->form.respondent ? -1 : 1;
    }
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    if (x->form.date != y->form.date) {
        return x->form.date < y->form.date ? -1 : 1;
    }
    return location_compare(x->form.location, y->form.location);
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

/* Places, of one series' waiting forms, the one that the rule picks; the others are set aside. */
static bool place_picked(struct respondents *respondents, struct join *join, struct waiting series,
                         uint32_t stage_index, int64_t anchor)
{
    const struct stage *const stage = &respondents->study->stages[stage_index];
    const enum pick pick = pick_for(respondents->study, series, stage_index, anchor);
    int64_t least = INT64_MAX;
    const uint32_t *picked = NULL;
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
            done = place(respondents, join, &pending->form, pending->series, stage_index);
        } else {
            assert(picked != NULL); /* some form belongs here */
            const bool same =
                memcmp(pending->form.payload, picked, join->n_payload * sizeof *picked) == 0;
            done = set_aside(respondents, &pending->form, pending->series, pending->form.location,
                             stage_index, same ? FORM_DUPLICATE_SAME : FORM_CONFLICTING);
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
    const struct study *const study = respondents->study;
    name_the_start(waiting);
    for (uint32_t stage = 0; stage < study->n_stages; stage++) {
        /* An anchor is an earlier stage, whose forms have their places by now. `waiting` is never
           empty. */
        const int64_t anchor =
            study->stages[stage].has_window
                ? respondent_date(respondents, join, waiting.forms[0].form.respondent,
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
        if (!pending->done && !set_aside(respondents, &pending->form, NO_NAME,
                                         pending->form.location, NO_STAGE, FORM_OUTSIDE_WINDOW)) {
            return false;
        }
    }
    return true;
}

/* A duplicate in a place where the forms turned out to conflict conflicts as well. */
static void settle_duplicates(struct respondents *respondents)
{
    struct findings *const findings = respondents->findings;
    for (size_t i = 0; i < findings->n_set_aside; i++) {
        struct set_aside *const row = &findings->set_aside[i];
        /* A duplicate has met another form, so that its series and stage are known. */
        if (row->reason == FORM_DUPLICATE_SAME &&
            slot_at(respondents, join_of(respondents, row->measure), row->series, row->stage)
                    ->state == SLOT_CONFLICT) {
            row->reason = FORM_CONFLICTING;
        }
    }
}

bool respondents_resolve(struct respondents *respondents)
{
    for (size_t j = 0; j < respondents->study->n_joins; j++) {
        struct join *const join = &respondents->joins[j];
        for (size_t i = 0; i < join->n_pending; i++) {
            /* Only now, before sorting: the index still says whose payload it is. */
            join->pending[i].form.payload = join->pending_payloads + i * join->n_payload;
        }
        if (join->n_pending > 0) {
            qsort(join->pending, join->n_pending, sizeof *join->pending, pending_compare);
        }
        for (size_t first = 0, next; first < join->n_pending; first = next) {
            next = first;
            while (next < join->n_pending &&
                   join->pending[next].form.respondent == join->pending[first].form.respondent) {
                next++;
            }
            if (!resolve_respondent(respondents, join,
                                    (struct waiting){join->pending + first, next - first})) {
                return false;
            }
        }
        join->n_pending = 0;
    }
    settle_duplicates(respondents);
    return true;
}
