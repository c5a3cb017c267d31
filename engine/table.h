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
    CELL_TEXT,     /* the sentence `text`, or where that is NULL, `message` with `name` as {0} */
    CELL_VALUE,    /* low; a dash where undefined */
    CELL_PERCENT,  /* low, with a percent sign */
    CELL_INTERVAL, /* "low to high"; a dash where undefined */
    CELL_PERCENT_INTERVAL, /* "low% to high%" */
    CELL_P                 /* low as a probability, without the leading 0, "<.001" below */
};

/* What the numbers of a cell are. */
enum cell_number {
    CELL_UNDEFINED,
    CELL_TOO_FEW, /* of so few that it is not printed: cells_are_of() */
    CELL_ROUNDED, /* low and high, in units of the last of `decimals` */
    CELL_HUGE     /* nothing real: 2^63 of such units or more, which leaves huge_low, huge_high */
};

/* Large reports have millions of cells: a cell has its numbers as they are printed, rounded, and
   not what they were rounded from, and a label by its name. */
struct cell_content {
    uint8_t kind;     /* enum cell_kind */
    uint8_t decimals; /* 0..9 */
    uint8_t number;   /* enum cell_number */
    bool has_base;    /* of a percentage or a p: somebody has said of how many it is */
    uint16_t message; /* enum message */
    union {
        struct {
            const char *name;        /* borrowed, or NULL */
            const struct text *text; /* borrowed, or NULL */
        };
        struct {
            int64_t low, high;
        };
        struct {
            double huge_low, huge_high;
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
    bool has_too_few, has_caution, has_nobody; /* some row is of so few that a note says so */
    bool few_families, few_groups; /* which may be families, or the smallest of some groups */
    bool is_stretch; /* its rows stand in the room of another: rows_capacity is all it has */
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
/* Makes room for n rows more: until then, rows stay where they are. */
bool table_reserve(struct table *table, size_t n);
/* Room that was reserved, behind `first` more rows, for at most `most`: a table of its own that owns nothing,
   to which rows can be added. Taken in the order in which they stand, stretches become rows of the table. */
struct table table_stretch(const struct table *table, size_t first, size_t most);
void table_take(struct table *table, const struct table *stretch);
bool table_add_note(struct table *table, struct text note);
bool report_add_note(struct report *report, struct text note);
void report_free(struct report *report);

/* Drops every table that has columns and no row: a heading alone would make a reader look for what is
   missing. One of notes alone (no columns) stays. */
void report_drop_empty_tables(struct report *report);

/* A text without arguments, or whose one argument is a name; and any text, which must outlive the
   report. */
struct cell_content cell_text(struct text text);
struct cell_content cell_name(const char *name); /* of text_name(), which is much larger */
struct cell_content cell_sentence(const struct text *text);

/* Rounded half away from zero to `decimals` (0..9), on the exact value: value_rounded(). */
struct cell_content cell_value(struct value value, unsigned decimals);
struct cell_content cell_percent(struct value value, unsigned decimals);
struct cell_content cell_interval(struct value low, struct value high, unsigned decimals);
struct cell_content cell_percent_interval(struct value low, struct value high, unsigned decimals);
struct cell_content cell_p(struct value value);

#endif
