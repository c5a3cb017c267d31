/* io/run/facts.h - what the rows at hand say beside their answers, column by column. What returns false has put
   the reason into worker->fault. */
#ifndef PELLTER_IO_RUN_FACTS_H
#define PELLTER_IO_RUN_FACTS_H

#include "io/read/starts.h"
#include "io/run/known.h"
#include "io/run/worker.h"

/* Start with {0}; facts_init(), facts_free(). */
struct facts {
    /* of the rows at hand */
    struct id ids[STARTS_ROWS]; /* zeros: none, or a long one, which is in long_ids */
    struct {
        const char *text;
        size_t n;
    } long_ids[STARTS_ROWS]; /* text NULL: not long */
    bool has_long_ids;
    struct family_id families[STARTS_ROWS]; /* zeros: none */
    uint32_t cohorts[STARTS_ROWS];
    int64_t stages[STARTS_ROWS], dates[STARTS_ROWS], ages[STARTS_ROWS];
    int64_t goals[STARTS_ROWS], categories[STARTS_ROWS], weights[STARTS_ROWS], levels[STARTS_ROWS];
    uint16_t flags[STARTS_ROWS];
    /* the rows: to be set by who wants to know what they say */
    const struct raw_row *rows; /* borrowed, n_rows <= STARTS_ROWS */
    size_t n_rows;
    uint64_t piece;
    struct starts starts; /* of the columns that are read of them */
    /* all else belongs to facts.c */
    struct worker *worker;
    const struct plan *plan;
    struct meaning_context context;
    size_t source_index;
    const struct source *source;
    const struct columns *columns;
    struct known informant, stage, age, goal, category, weight, level;
    struct known flags_known[MAX_FLAGS], cohorts_known[MAX_COHORT_COLUMNS];
    struct known *dates_known; /* owned: one for each stage */
    struct memo tuples;
    struct starts informants; /* of their column */
    int64_t values[STARTS_ROWS];
    bool has_ages;          /* a column has ages, or the study one for all */
    bool has_families;      /* a column names families, which are not the respondents */
    bool needs_dates;       /* a date says something of the stage; else it only has to be one */
    size_t longest_missing; /* of the texts that mean "not answered" */
    struct text_room room, other_room;
    struct arena texts; /* long ids that had to be decoded, of the rows at hand */
};

/* For one worker, which must outlive it. False: no memory, and nothing is said. */
bool facts_init(struct facts *facts, struct worker *worker);
void facts_free(struct facts *facts);

/* Begins with a source, of whose columns it adds those that it reads to facts->starts: the caller adds his,
   and then calls starts_ready(). Ends with it. */
bool facts_begin(struct facts *facts, size_t source, const struct columns *columns);
void facts_end(struct facts *facts);

/* Reads what all forms of a row share, and says what is wrong with the number of its cells. */
bool facts_read(struct facts *facts);

/* What the forms of one stage (of a long source, 0) have beside: dates, and what goals say. */
bool facts_read_stage(struct facts *facts, size_t stage, bool is_goals);

/* Of rows with forms of several informants: whose they are, places in source.informants or CELL_...; and of
   rows of no known one, their cohorts. */
bool facts_read_informants(struct facts *facts, int64_t informants[]);
bool facts_read_cohorts(struct facts *facts);

/* Nobody needs the long ids of the rows at hand any more. */
void facts_done(struct facts *facts);

/* The rows at hand, for who finds out what their cells mean. */
struct known_rows facts_rows(struct facts *facts);

/* Where row r stands. */
static inline uint64_t facts_place(const struct facts *facts, size_t r)
{
    return PLACE(facts->piece, facts->rows[r].number);
}

/* Counts an odd cell of row r. Its text is shown only to who asks for it: cells are personal data.
   `has_text`: the cell itself is odd, and not that it is there. */
bool facts_add_finding(struct facts *facts, enum finding_kind kind, size_t r, size_t column,
                       bool has_text);

/* The one reason for which reading fails. */
bool facts_no_memory(struct facts *facts);

#endif
