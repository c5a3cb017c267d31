/* engine/table.h - an arrangement of figures with labels, a title and notes. A table computes
   nothing: every number in it is a figure's value. */
#ifndef PELLTER_ENGINE_TABLE_H
#define PELLTER_ENGINE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"
#include "engine/memory.h"
#include "engine/text.h"

enum cell_kind {
    CELL_EMPTY,
    CELL_TEXT,     /* text */
    CELL_VALUE,    /* low, at `decimals`; a dash where undefined */
    CELL_PERCENT,  /* low, at `decimals`, with a percent sign */
    CELL_INTERVAL, /* "low to high", both at `decimals`; a dash where undefined */
    CELL_P         /* low as a probability: three decimals without the leading 0, "<.001" below */
};

/* Large reports have millions of cells, so that text and values share their room. */
struct cell_content {
    enum cell_kind kind;
    unsigned decimals;
    union {
        struct text text; /* CELL_TEXT */
        struct {
            struct value low, high; /* the other kinds */
        };
    };
};

/* Columns of one heading stand together and share it; "" (MESSAGE_NONE) for none. */
struct column {
    struct text heading;
    bool is_label; /* left aligned text that may wrap; else right aligned numbers */
};

struct table {
    const char *name; /* of its file, without ending; owned by the arena */
    struct text title;
    struct column *columns; /* n_columns */
    size_t n_columns;
    struct cell_content *cells; /* n_rows x n_columns, row by row */
    size_t n_rows;
    struct text *notes; /* n_notes, below the table, each a sentence or more */
    size_t n_notes;
    size_t rows_capacity, columns_capacity, notes_capacity;
};

/* What one run prints. All insides are owned: report_free(). */
struct report {
    struct text title;
    struct table *tables; /* n_tables */
    size_t n_tables;
    struct text *notes; /* n_notes, once, after the tables */
    size_t n_notes;
    size_t tables_capacity, notes_capacity;
    struct arena arena; /* names that tables were given */
};

/* A new table at the end of the report; NULL when there is no memory. The pointer holds until the
   next call. */
struct table *report_add_table(struct report *report, const char *name, struct text title);

/* These return false when there is no memory. table_add_row gives the n_columns cells of a new row,
   all CELL_EMPTY, or NULL; they hold until the next row. Columns come before rows. */
bool table_add_column(struct table *table, struct text heading, bool is_label);
struct cell_content *table_add_row(struct table *table);
bool table_add_note(struct table *table, struct text note);
bool report_add_note(struct report *report, struct text note);
void report_free(struct report *report);

struct cell_content cell_text(struct text text);
struct cell_content cell_value(struct value value, unsigned decimals);
struct cell_content cell_percent(struct value value, unsigned decimals);
struct cell_content cell_interval(struct value low, struct value high, unsigned decimals);
struct cell_content cell_p(struct value value);

#endif
