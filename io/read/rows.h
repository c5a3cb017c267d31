/* io/read/rows.h - the rows of a piece of CSV text, read by two lanes that give the same rows.

   libcsv is the reader of record: what it says of a text holds. Nearly all text is plain, and needs
   nothing of what it knows: the quick lane finds separators and line ends in it 64 bytes at a
   time, and hands every record that has more than a plain quoted cell over to libcsv. */
#ifndef PELLTER_IO_READ_ROWS_H
#define PELLTER_IO_READ_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"
#include "io/read/decode.h" /* struct cell, struct text_room, TEXT_PADDING */
#include "scales/wide.h"

/* A row that is no blank line, its cells as they stand in the text: white space and encoding are
   raw_cell_text()'s matter. Its first cell begins at text[start]; the next place of which `ends` has a
   bit is where it ends, the byte behind, a separator or line end, is followed by the next one, and so on; the last ends at text[end]. Bit i % 64 of
   ends[i / 64] stands for text[i]; what is set behind the row's end is not the row's. TEXT_PADDING bytes
   from the row's end on may be read, and the word of `ends` behind the one that has it. */
struct raw_row {
    const char *text;
    const uint64_t *ends;
    uint32_t start, end, n_cells;
    uint32_t number; /* 1 for the first line of the piece, blank lines counted */
};

/* Which lane reads; RECORD_LANE is for tests and for measuring. */
enum lanes { QUICK_AND_RECORD_LANE, RECORD_LANE };

struct rows; /* one reader, for any number of pieces one after the other; never shared by threads */

/* A reader; NULL: no memory. `separator` is ',', ';' or '\t'. */
struct rows *rows_new(char separator, enum lanes lanes);
void rows_free(struct rows *rows);

/* Begins with a piece of n < 2^31 bytes that starts and ends between two records; only the last
   piece of a file may end without a line end. `name` is what faults call the file. Both are
   borrowed until the next call of rows_begin(). */
void rows_begin(struct rows *rows, const char *name, const char *text, size_t n);

/* The next *n <= capacity rows; 0 at the end. They hold until the next call. A fault comes behind
   the rows before it: the rows given with it (*n may be above 0) stand before the fault and are to
   be taken first. Faults are those of delimited.h; their row counts from the piece's first line. */
MUST_CHECK struct fault rows_next(struct rows *rows, struct raw_row out[], size_t capacity,
                                  size_t *n);

/* Line ends passed so far in this piece: after the last row, the number of its lines (blank ones
   too; a line break in quotes is none). */
uint32_t rows_lines(const struct rows *rows);

/* A cell as it stands in the file. */
struct span {
    const char *text;
    size_t length;
};

/* The ends of cells in the word where `start` stands, those from there on. */
static inline uint64_t ends_of_word(const uint64_t *ends, size_t start)
{
    return ends[start / 64] >> start % 64 << start % 64;
}

/* Where the n-th end from here on stands, n > 0; *bits are the ends of word *word from here on, and become
   those behind it. */
static INTO_CALLER size_t ends_pass(const uint64_t *ends, size_t *word, uint64_t *bits, size_t n)
{
    size_t place;
    for (size_t count; (count = (size_t)__builtin_popcountll(*bits)) < n; n -= count) {
        *bits = ends[++*word];
    }
    for (; n > 1; n--) {
        *bits &= *bits - 1;
    }
    place = *word * 64 + (size_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return place;
}

/* Where a cell ends that begins at `start`, which must be where one of a row's does. */
static inline size_t cell_end(const uint64_t *ends, size_t start)
{
    size_t word = start / 64;
    uint64_t bits = ends_of_word(ends, start);

    while (bits == 0) {
        bits = ends[++word];
    }
    return word * 64 + (size_t)__builtin_ctzll(bits);
}

/* The ends of cells from a place on, of which the lowest bit says whether one ends there: those in 57 bytes
   or more, and no bit for what stands behind these. */
static inline uint64_t ends_from(const uint64_t *ends, size_t place)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t bits;
    __builtin_memcpy(&bits, (const char *)ends + place / 8, sizeof bits);
    return bits >> place % 8;
#else
    return ends[place / 64] >> place % 64 | ends[place / 64 + 1] << 1 << (63 - place % 64);
#endif
}

/* What stands for a cell that a row has not: no bytes, with the room behind them that a cell has. */
static inline struct span raw_no_cell(const struct raw_row *row)
{
    return (struct span){row->text + row->start, 0};
}

/* A cell of a row; raw_no_cell() where the row is too short. It is counted out from where the row begins: to
   go through many, go from one's cell_end() to the next. */
struct span raw_cell(const struct raw_row *row, size_t index);

/* A cell as delimited.h promises it: UTF-8 (a cell that is not is read as Windows-1252), trimmed,
   NUL-terminated; "" where the row is too short. Valid until `room` is used again. False: no
   memory. */
bool raw_cell_text(const struct raw_row *row, size_t index, struct text_room *room,
                   struct cell *out);

/* The separator of a file that begins with this text: the one of ',', ';' and '\t' that occurs most
   often outside quotes in the first line that is not blank (of its first MiB); comma at a tie. */
char separator_of(const char *text, size_t n);

#endif
