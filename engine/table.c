#include "engine/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool add_text(struct text **texts, size_t *n, size_t *capacity, struct text text)
{
    if (!array_grow(texts, capacity, *n + 1, sizeof **texts)) {
        return false;
    }
    (*texts)[(*n)++] = text;
    return true;
}

struct table *report_add_table(struct report *report, const char *name, struct text title)
{
    const char *const kept = arena_copy(&report->arena, name, strlen(name));
    if (report->n_tables > 0) { /* nobody adds rows to the last one any more */
        struct table *const last = &report->tables[report->n_tables - 1];
        array_cut(&last->cells, &last->rows_capacity, last->n_rows,
                  last->n_columns * sizeof *last->cells);
    }
    if (kept == NULL || !array_grow(&report->tables, &report->tables_capacity, report->n_tables + 1,
                                    sizeof *report->tables)) {
        return NULL;
    }
    struct table *const table = &report->tables[report->n_tables++];
    *table = (struct table){.name = kept, .title = title};
    return table;
}

bool table_add_column(struct table *table, struct text heading, bool is_label)
{
    assert(table->n_rows == 0);
    if (!array_grow(&table->columns, &table->columns_capacity, table->n_columns + 1,
                    sizeof *table->columns)) {
        return false;
    }
    table->columns[table->n_columns++] = (struct column){.heading = heading, .is_label = is_label};
    return true;
}

/* An element of this array is a whole row; that is why columns must come before rows. New room is
   zeroed, and CELL_EMPTY is 0. */
bool table_reserve(struct table *table, size_t n)
{
    const size_t width = table->n_columns;
    assert(width > 0);
    if (table->is_stretch || n > SIZE_MAX - table->n_rows) {
        return n <= table->rows_capacity - table->n_rows;
    }
    return width <= SIZE_MAX / sizeof *table->cells &&
           array_grow(&table->cells, &table->rows_capacity, table->n_rows + n,
                      width * sizeof *table->cells);
}

struct cell_content *table_add_row(struct table *table)
{
    return table->n_rows < table->rows_capacity || table_reserve(table, 1)
               ? &table->cells[table->n_rows++ * table->n_columns]
               : NULL;
}

struct table table_stretch(const struct table *table, size_t first, size_t most)
{
    struct table stretch = *table;
    assert(first + most <= table->rows_capacity - table->n_rows);
    stretch.cells = &table->cells[(table->n_rows + first) * table->n_columns];
    stretch.n_rows = 0;
    stretch.rows_capacity = most;
    stretch.is_stretch = true;
    return stretch;
}

void table_take(struct table *table, const struct table *stretch)
{
    const size_t n = stretch->n_rows * table->n_columns;
    struct cell_content *const to = &table->cells[table->n_rows * table->n_columns];
    assert(stretch->cells >= to);
    if (stretch->cells != to && n > 0) { /* some row before was not needed; what is free is empty */
        const size_t moved = (size_t)(stretch->cells - to);
        memmove(to, stretch->cells, n * sizeof *to);
        memset(moved < n ? to + n : stretch->cells, 0, (moved < n ? moved : n) * sizeof *to);
    }
    table->n_rows += stretch->n_rows;
}

bool table_add_note(struct table *table, struct text note)
{
    return add_text(&table->notes, &table->n_notes, &table->notes_capacity, note);
}

bool report_add_note(struct report *report, struct text note)
{
    return add_text(&report->notes, &report->n_notes, &report->notes_capacity, note);
}

static void free_table(struct table *table)
{
    free(table->columns);
    free(table->cells);
    free(table->notes);
}

void report_drop_empty_tables(struct report *report)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_tables; i++) {
        struct table *const table = &report->tables[i];
        if (table->n_columns > 0 && table->n_rows == 0) {
            free_table(table);
        } else {
            report->tables[n++] = *table;
        }
    }
    report->n_tables = n;
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->n_tables; i++) {
        free_table(&report->tables[i]);
    }
    free(report->tables);
    free(report->notes);
    arena_free(&report->arena);
    *report = (struct report){.n_tables = 0};
}

struct cell_content cell_text(struct text text)
{
    const struct argument *const first = &text.arguments[0];
    assert(first->kind == ARGUMENT_NONE || first->kind == ARGUMENT_NAME);
    assert(text.arguments[1].kind == ARGUMENT_NONE);
    return (struct cell_content){.kind = CELL_TEXT,
                                 .message = (uint16_t)text.message,
                                 .name = first->kind == ARGUMENT_NAME ? first->name : NULL};
}

struct cell_content cell_name(const char *name)
{
    return (struct cell_content){.kind = CELL_TEXT, .message = MESSAGE_NAME, .name = name};
}

struct cell_content cell_sentence(const struct text *text)
{
    return (struct cell_content){.kind = CELL_TEXT, .text = text};
}

static struct cell_content cell_numbers(enum cell_kind kind, const struct value *low,
                                        const struct value *high, unsigned decimals)
{
    struct cell_content cell = {.kind = (uint8_t)kind, .decimals = (uint8_t)decimals};
    if (low->kind == VALUE_UNDEFINED || high->kind == VALUE_UNDEFINED) {
        cell.number = CELL_UNDEFINED;
    } else if (value_rounded(low, decimals, &cell.low) &&
               value_rounded(high, decimals, &cell.high)) {
        cell.number = CELL_ROUNDED;
    } else {
        cell.number = CELL_HUGE;
        cell.huge_low = low->number;
        cell.huge_high = high->number;
    }
    return cell;
}

static struct cell_content cell_of_one(enum cell_kind kind, const struct value *value,
                                       unsigned decimals)
{
    struct cell_content cell = {.kind = (uint8_t)kind, .decimals = (uint8_t)decimals};
    if (value->kind == VALUE_UNDEFINED) {
        cell.number = CELL_UNDEFINED;
    } else if (value_rounded(value, decimals, &cell.low)) {
        cell.number = CELL_ROUNDED;
    } else {
        cell.number = CELL_HUGE;
        cell.huge_low = value->number;
    }
    return cell;
}

struct cell_content cell_value(struct value value, unsigned decimals)
{
    return cell_of_one(CELL_VALUE, &value, decimals);
}

struct cell_content cell_percent(struct value value, unsigned decimals)
{
    return cell_of_one(CELL_PERCENT, &value, decimals);
}

struct cell_content cell_interval(struct value low, struct value high, unsigned decimals)
{
    return cell_numbers(CELL_INTERVAL, &low, &high, decimals);
}

struct cell_content cell_percent_interval(struct value low, struct value high, unsigned decimals)
{
    return cell_numbers(CELL_PERCENT_INTERVAL, &low, &high, decimals);
}

struct cell_content cell_p(struct value value)
{
    return cell_of_one(CELL_P, &value, 3);
}
