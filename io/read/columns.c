/* io/read/columns.c - names from the study file are looked up in the header row once. A column that
   the study file names must be there; one that is only a default may be missing, unless nothing
   works without it. The nearest name is suggested from the header row, which is not an answer of
   anyone. */
#include "io/read/columns.h"

#include <string.h>

#include "io/nearest.h"
#include "io/read/cells.h"

struct finder {
    const struct plan *plan;
    const struct source *source;
    const struct row *header;
    struct columns *columns;
    bool *taken; /* by column of the file: an item is read from it */
};

/* A fault at the study file's word, or, for a default, at the header row. */
static struct fault no_column(const struct finder *f, const struct column_name *name,
                              const char *expected_for)
{
    /* Without memory for the list there is no suggestion, but the fault is still told. */
    const char *near = NULL;
    const char **const all = arena_alloc(&f->columns->arena, f->header->n_cells + 1, sizeof *all);
    if (all != NULL) {
        for (size_t i = 0; i < f->header->n_cells; i++) {
            all[i] = f->header->cells[i].text;
        }
        near = nearest_word(name->text, all, f->header->n_cells);
    }
    if (name->line > 0) {
        return fault_at(FAULT_CONTENT, f->plan->name, name->line, name->column,
                        "there is no column \"%s\" in %s%s%s%s", name->text, f->source->name,
                        near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                        near != NULL ? "\"?" : "");
    }
    return fault_at(FAULT_CONTENT, f->source->name, f->header->number, 0,
                    "found no column \"%s\", expected one %s%s%s%s", name->text, expected_for,
                    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
}

/* The column with exactly this name, or else the one that is alike but for case and dashes. */
static struct fault find_name(const struct finder *f, const struct column_name *name, size_t *index)
{
    size_t exact = 0, alike = 0, first_exact = NO_COLUMN, first_alike = NO_COLUMN;
    /* Backwards, so that of several the first is the one that stays. */
    for (size_t i = f->header->n_cells; i-- > 0;) {
        if (strcmp(f->header->cells[i].text, name->text) == 0) {
            exact++;
            first_exact = i;
        } else if (text_alike(f->header->cells[i].text, name->text)) {
            alike++;
            first_alike = i;
        }
    }
    *index = exact > 0 ? first_exact : first_alike;
    if (exact > 1 || (exact == 0 && alike > 1)) {
        return fault_at(FAULT_CONTENT, f->source->name, f->header->number, *index + 1,
                        "found the column \"%s\" more than once, expected it once", name->text);
    }
    return FAULT_FREE;
}

/* Where a column is: in the file, else among the constants. `needed_for` NULL: may be missing where
   it is a default. */
static struct fault find_place(const struct finder *f, const struct column_name *name,
                               const char *needed_for, struct place *place)
{
    struct fault fault = FAULT_FREE;
    *place = (struct place){.index = NO_COLUMN};
    if (name->text == NULL) {
        return FAULT_FREE;
    }
    fault = find_name(f, name, &place->index);
    for (size_t i = 0; i < f->source->n_constants && fault.code == FAULT_NONE; i++) {
        if (strcmp(f->source->constants[i].column, name->text) == 0) {
            place->constant = f->source->constants[i].value;
        }
    }
    if (fault.code == FAULT_NONE && place->constant != NULL && place->index != NO_COLUMN) {
        return fault_at(FAULT_CONTENT, f->source->name, f->header->number, place->index + 1,
                        "found a column \"%s\", for which the study gives a constant", name->text);
    }
    if (fault.code != FAULT_NONE || place->constant != NULL || place->index != NO_COLUMN) {
        return fault;
    }
    if (name->line > 0 || needed_for != NULL) {
        return no_column(f, name, needed_for != NULL ? needed_for : "");
    }
    return FAULT_FREE;
}

/* Every item at every stage has a column of its own: a pattern copied from one stage to the next
   and left as it was would show no change at all. */
static struct fault take_column(const struct finder *f, const struct column_name *name,
                                size_t index)
{
    if (f->taken[index]) {
        return fault_at(FAULT_CONTENT, f->plan->name, name->line, name->column,
                        "the column \"%s\" is read twice, expected one column for each item and "
                        "stage",
                        name->text);
    }
    f->taken[index] = true;
    return FAULT_FREE;
}

/* The columns of the items that the instrument has, taken out of a longer form where need be. */
static struct fault find_items(const struct finder *f, size_t group, size_t stage)
{
    const size_t n_stages = f->plan->study.n_stages;
    const struct item_columns *const names = &f->source->items[group * n_stages + stage];
    /* The first informant speaks for all: the study file was refused if their item groups
       differ. */
    const struct instrument *const instrument = f->source->informants[0].instrument;
    struct fault fault = FAULT_FREE;
    size_t *items;
    /* The place stays NULL, by which the reader of rows knows that the file has none of this. */
    if (names->n == 0) {
        return FAULT_FREE;
    }
    items = arena_alloc(&f->columns->arena, names->n, sizeof *items);
    if (items == NULL) {
        return fault_memory();
    }
    f->columns->items[group * n_stages + stage] = items;
    for (size_t i = 0; i < names->n && fault.code == FAULT_NONE; i++) {
        fault = find_name(f, &names->names[i], &items[i]);
        if (fault.code == FAULT_NONE && items[i] == NO_COLUMN) {
            fault =
                no_column(f, &names->names[i],
                          instrument->is_goals ? "with the level of each goal" : "for each item");
        } else if (fault.code == FAULT_NONE) {
            fault = take_column(f, &names->names[i], items[i]);
        }
    }
    return fault;
}

static struct fault find_all_items(const struct finder *f)
{
    const size_t n_stages = f->plan->study.n_stages;
    struct fault fault = FAULT_FREE;
    f->columns->items =
        arena_alloc(&f->columns->arena, MAX_GROUPS * n_stages, sizeof *f->columns->items);
    if (f->columns->items == NULL) {
        return fault_memory();
    }
    for (size_t group = 0; group < MAX_GROUPS && fault.code == FAULT_NONE; group++) {
        for (size_t stage = 0; stage < n_stages && fault.code == FAULT_NONE; stage++) {
            fault = find_items(f, group, stage);
        }
    }
    return fault;
}

/* Who the row is about. Goals are often kept by family. */
static struct fault find_participant(const struct finder *f)
{
    struct columns *const columns = f->columns;
    const struct source *const source = f->source;
    const bool goals = source->informants[0].instrument->is_goals;
    const bool is_default = source->participant.line == 0;
    struct fault fault =
        find_place(f, &source->participant, goals && is_default ? NULL : "with the respondent's id",
                   &columns->participant);
    if (fault.code == FAULT_NONE) {
        fault = find_place(f, &source->family, NULL, &columns->family);
    }
    if (fault.code == FAULT_NONE && columns->participant.index == NO_COLUMN &&
        columns->participant.constant == NULL) {
        /* The family becomes the respondent, whether as a column or as a constant. */
        columns->participant = columns->family;
        if (columns->family.index == NO_COLUMN) {
            fault = no_column(f, &source->participant, "with the family's or respondent's id");
        }
    }
    return fault;
}

static struct fault find_stage(const struct finder *f)
{
    const struct source *const source = f->source;
    const size_t n_dates = source->wide ? f->plan->study.n_stages : 1;
    struct fault fault = FAULT_FREE;
    f->columns->dates = arena_alloc(&f->columns->arena, n_dates, sizeof *f->columns->dates);
    if (f->columns->dates == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < n_dates && fault.code == FAULT_NONE; i++) {
        fault = find_place(f, &source->dates[i], NULL, &f->columns->dates[i]);
    }
    /* After the dates: a file that has a date can do without stages. A wide source names no stage
       column at all, and so is not asked for one. */
    if (fault.code == FAULT_NONE) {
        const bool has_date = f->columns->dates[0].index != NO_COLUMN;
        fault = find_place(f, &source->stage, has_date ? NULL : "with the stage of each form",
                           &f->columns->stage);
    }
    return fault;
}

static struct fault find_goal_columns(const struct finder *f)
{
    struct columns *const columns = f->columns;
    const struct source *const source = f->source;
    const bool goals = source->informants[0].instrument->is_goals;
    struct fault fault = find_place(
        f, &source->goal, goals ? "with a name or number for each goal" : NULL, &columns->goal);
    if (fault.code == FAULT_NONE) {
        fault = find_place(f, &source->weight, NULL, &columns->weight);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_place(f, &source->category, NULL, &columns->category);
    }
    for (size_t i = 0; i < MAX_FLAGS && fault.code == FAULT_NONE; i++) {
        fault = find_place(f, &source->flags[i], NULL, &columns->flags[i]);
    }
    return fault;
}

/* A report prints the values of its cohort columns: they must not be ids, and no two may be one. */
static struct fault check_cohort(const struct finder *f, size_t i)
{
    const struct columns *const columns = f->columns;
    const size_t index = columns->cohorts[i].index;
    if (index == NO_COLUMN) {
        return FAULT_FREE;
    }
    if (index == columns->participant.index || index == columns->family.index) {
        return fault_at(FAULT_CONTENT, f->source->name, f->header->number, index + 1,
                        "found ids in the column \"%s\" that the study breaks down by, expected "
                        "a column such as site: a report prints no ids",
                        f->source->cohorts[i].text);
    }
    for (size_t j = 0; j < i; j++) {
        if (columns->cohorts[j].index == index) {
            return fault_at(FAULT_CONTENT, f->source->name, f->header->number, index + 1,
                            "found one column for both \"%s\" and \"%s\", expected the study to "
                            "break down by each column once",
                            f->source->cohorts[j].text, f->source->cohorts[i].text);
        }
    }
    return FAULT_FREE;
}

static struct fault find_cohorts(const struct finder *f)
{
    const size_t n = f->plan->study.n_cohort_columns;
    struct fault fault = FAULT_FREE;
    f->columns->cohorts = arena_alloc(&f->columns->arena, n + 1, sizeof *f->columns->cohorts);
    if (f->columns->cohorts == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        struct place *const place = &f->columns->cohorts[i];
        fault =
            find_place(f, &f->source->cohorts[i],
                       "that the study breaks down by (or a constant: see \"constants\")", place);
        if (fault.code == FAULT_NONE) {
            fault = check_cohort(f, i);
        }
        if (fault.code == FAULT_NONE && place->index != NO_COLUMN &&
            (place->index == f->columns->stage.index ||
             place->index == f->columns->participant.index ||
             place->index == f->columns->dates[0].index)) {
            fault =
                fault_at(FAULT_CONTENT, f->source->name, f->header->number, place->index + 1,
                         "found the column of stages, ids or dates as a cohort column, expected "
                         "one that says something of the respondent");
        }
    }
    return fault;
}

struct fault check_header(const char *name, const struct row *header)
{
    /* Empty cells do not count: Excel writes a title line with as many separators as the table
       has. */
    size_t n = 0;
    for (size_t i = 0; i < header->n_cells; i++) {
        n += header->cells[i].length > 0;
    }
    return n > 1 ? FAULT_FREE
                 : fault_at(FAULT_CONTENT, name, header->number, 0,
                            "found a single cell where the names of columns were expected: delete "
                            "the rows above them, or see whether the separator is right");
}

struct fault columns_find(const struct plan *plan, const struct source *source,
                          const struct row *header, struct columns *columns)
{
    struct finder f = {plan, source, header, columns, NULL};
    struct fault fault;
    *columns = (struct columns){.n_columns = header->n_cells};
    f.taken = arena_alloc(&columns->arena, header->n_cells + 1, sizeof *f.taken);
    if (f.taken == NULL) {
        return fault_memory();
    }
    fault = check_header(source->name, header);
    if (fault.code != FAULT_NONE) {
        columns_free(columns);
        return fault;
    }
    fault = find_place(&f, &source->informant, "with the informant", &columns->informant);
    if (fault.code == FAULT_NONE) {
        fault = find_participant(&f);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_stage(&f);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_place(&f, &source->age, NULL, &columns->age);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_goal_columns(&f);
    }
    if (fault.code == FAULT_NONE) {
        /* After ids, stages and dates, which a cohort column must not be. */
        fault = find_cohorts(&f);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_all_items(&f);
    }
    /* All that was found lies in one arena, so one call takes back whatever there is. */
    if (fault.code != FAULT_NONE) {
        columns_free(columns);
    }
    return fault;
}

void columns_free(struct columns *columns)
{
    arena_free(&columns->arena);
    *columns = (struct columns){0};
}
