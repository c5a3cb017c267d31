/* tests/test_delimited.c - rows of CSV files: every case at every chunk size, and every fault.
   `test_delimited --write-seeds DIRECTORY` writes the cases as a corpus for fuzz_delimited. */
#include "tests/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/memory.h"
#include "io/read/bytes.h"
#include "io/read/delimited.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define FIND '\0'
#define BOM "\xEF\xBB\xBF"

/* clang-format off: bytes are lined up by hand */

/* Expected: each row as its number and its cells in brackets. Written by hand. */
static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    char separator;
    const char *rows;
} good[] = {
    {"plain", BYTES("id,q1,q2\nA,1,2\nB,3,\n"), FIND, "1[id][q1][q2]\n2[A][1][2]\n3[B][3][]\n"},
    {"no final newline", BYTES("a,b\n1,2"), FIND, "1[a][b]\n2[1][2]\n"},
    {"no final newline, empty last cell", BYTES("a,b\n1,"), FIND, "1[a][b]\n2[1][]\n"},
    {"no final newline, quoted", BYTES("a,b\n1,\"2\""), FIND, "1[a][b]\n2[1][2]\n"},
    {"no final newline, quoted, spaces", BYTES("a,b\n1,\"2\"  "), FIND, "1[a][b]\n2[1][2]\n"},
    {"one cell", BYTES("a"), FIND, "1[a]\n"},
    {"two bytes", BYTES("ab"), FIND, "1[ab]\n"},
    {"one column", BYTES("a\n1\n\n2\n"), FIND, "1[a]\n2[1]\n4[2]\n"},
    {"header only", BYTES("a,b\r\n"), FIND, "1[a][b]\n"},
    {"CR LF", BYTES("a,b\r\n1,2\r\n3,4\r\n"), FIND, "1[a][b]\n2[1][2]\n3[3][4]\n"},
    {"CR", BYTES("a,b\r1,2\r3,4\r"), FIND, "1[a][b]\n2[1][2]\n3[3][4]\n"},
    {"mixed", BYTES("a,b\r\n1,2\n3,4\r5,6\r\n"), FIND, "1[a][b]\n2[1][2]\n3[3][4]\n4[5][6]\n"},
    {"blank lines, LF", BYTES("a,b\n\n\n1,2\n\n3,4\n\n\n"), FIND, "1[a][b]\n4[1][2]\n6[3][4]\n"},
    {"blank lines, CR LF", BYTES("a,b\r\n\r\n\r\n1,2\r\n\r\n3,4\r\n\r\n"), FIND,
     "1[a][b]\n4[1][2]\n6[3][4]\n"},
    {"blank lines, CR", BYTES("a,b\r\r\r1,2\r\r3,4\r\r"), FIND, "1[a][b]\n4[1][2]\n6[3][4]\n"},
    {"blank lines, mixed", BYTES("a,b\r\n\n\r1,2\n\r3,4\r\r\n5,6"), FIND,
     "1[a][b]\n4[1][2]\n6[3][4]\n8[5][6]\n"},
    {"blank lines first", BYTES("\n\r\n  \na;b\n1;2\n"), FIND, "4[a][b]\n5[1][2]\n"},
    {"blank lines first, of many kinds", BYTES(" \n\t\n \t \ra\tb\n1\t2\n"), ';',
     "4[a\tb]\n5[1\t2]\n"},
    {"line breaks in quotes first", BYTES("\"\n\n\"\n1\n"), FIND, "1[]\n2[1]\n"},
    {"lines of white space", BYTES("a,b\n  \n \t\n1,2\n   "), FIND, "1[a][b]\n4[1][2]\n"},
    {"CR, spaces, LF are two row ends", BYTES("a,b\r  \n1,2\n"), FIND, "1[a][b]\n3[1][2]\n"},
    {"quotes and a no-break space are not a blank line", BYTES("a\n\"\"\n\xC2\xA0\n\xA0\n1\n"),
     FIND, "1[a]\n2[]\n3[]\n4[]\n5[1]\n"},
    {"separators are not a blank line", BYTES("a,b\n,\n1,2\n"), FIND, "1[a][b]\n2[][]\n3[1][2]\n"},
    {"quoted separator", BYTES("a,b\n\"x, y\",2\n"), FIND, "1[a][b]\n2[x, y][2]\n"},
    {"quoted quotes", BYTES("a,b\n\"say \"\"x\"\"\",\"\"\"\"\n"), FIND,
     "1[a][b]\n2[say \"x\"][\"]\n"},
    {"quoted line breaks keep the row number", BYTES("a,b\n\"x\ny\r\nz\rw\",2\n3,4\n"), FIND,
     "1[a][b]\n2[x\ny\r\nz\rw][2]\n3[3][4]\n"},
    {"quoted line break in the header", BYTES("\"a;\n;\",b,c\n1,2,3\n"), FIND,
     "1[a;\n;][b][c]\n2[1][2][3]\n"},
    {"quoted line break in the header, semicolons", BYTES("\"a\nb\";c\n1;2\n"), FIND,
     "1[a\nb][c]\n2[1][2]\n"},
    {"quoted CR at the end of a cell", BYTES("a,b\n1,\"2\r\"\n3,4\n"), FIND,
     "1[a][b]\n2[1][2]\n3[3][4]\n"},
    {"quoted and empty", BYTES("a,b\n\"\",\"\"\n"), FIND, "1[a][b]\n2[][]\n"},
    {"spaces around quotes", BYTES("a,b\n  \"1\"  , \"2\" \n"), FIND, "1[a][b]\n2[1][2]\n"},
    {"trimmed", BYTES("a , b\n 4 ,\t5\t\n"), FIND, "1[a][b]\n2[4][5]\n"},
    {"trimmed inside quotes", BYTES("a,b\n\" 4 \",\"\n5\t\"\n"), FIND, "1[a][b]\n2[4][5]\n"},
    {"trimmed of no-break spaces and marks",
     BYTES("a\xC2\xA0," BOM "b\n\xC2\xA0 4 \xC2\xA0,\"\xC2\xA0" BOM "5\v\f\"\n"), FIND,
     "1[a][b]\n2[4][5]\n"},
    {"trimmed of a mark at the end", BYTES("a" BOM ",b\xC2\xA0" BOM "\n"), FIND, "1[a][b]\n"},
    {"not trimmed inside",
     BYTES("a\xC2\xA0"
           "b,c  d\n"),
     FIND,
     "1[a\xC2\xA0"
     "b][c  d]\n"},
    {"trimmed but not cut", BYTES("\xC3\xA0,\xE2\x82\xA0,\xE3\xBB\xBF\n"), FIND,
     "1[\xC3\xA0][\xE2\x82\xA0][\xE3\xBB\xBF]\n"},
    {"semicolons", BYTES("a;b;c\n1,5;2;3\n"), FIND, "1[a][b][c]\n2[1,5][2][3]\n"},
    {"tabs", BYTES("a\tb\tc\n1\t\t3\n\t\t\n"), FIND, "1[a][b][c]\n2[1][][3]\n3[][][]\n"},
    {"tabs and spaces", BYTES("a \t b\n 1\t \"2\" \n"), FIND, "1[a][b]\n2[1][2]\n"},
    {"most often wins", BYTES("a,b;c;d\n1;2;3\n"), FIND, "1[a,b][c][d]\n2[1][2][3]\n"},
    {"comma at a tie", BYTES("a;b,c\n1;2,3\n"), FIND, "1[a;b][c]\n2[1;2][3]\n"},
    {"quoted separators do not count", BYTES("\"a;;;;\",b,\"c;\"\n1,2,3\n"), FIND,
     "1[a;;;;][b][c;]\n2[1][2][3]\n"},
    {"separators of blank lines do not count", BYTES("\t\t\t\na,b\n"), ',', "2[a][b]\n"},
    {"tabs of blank lines do not count", BYTES("\t\t\t\na,b\n"), FIND, "2[a][b]\n"},
    {"separator given: semicolon", BYTES("a,b;c,d\n1;2\n"), ';', "1[a,b][c,d]\n2[1][2]\n"},
    {"separator given: tab", BYTES("a,b\tc\n"), '\t', "1[a,b][c]\n"},
    {"separator given: comma", BYTES("a;b;c,d\n"), ',', "1[a;b;c][d]\n"},
    {"trailing separator", BYTES("a,b,\n1,2,\n"), FIND, "1[a][b][]\n2[1][2][]\n"},
    {"rows of any length", BYTES("a,b\n1\n1,2,3\n"), FIND, "1[a][b]\n2[1]\n3[1][2][3]\n"},
    {"UTF-8 mark", BYTES(BOM "a,b\n1,2\n"), FIND, "1[a][b]\n2[1][2]\n"},
    {"UTF-8 mark before a quote", BYTES(BOM "\"a\",b\n"), FIND, "1[a][b]\n"},
    {"UTF-8", BYTES("n\xC3\xA9,\xE2\x82\xAC\n\xF0\x9F\x99\x82,\xED\x9F\xBF\n"), FIND,
     "1[n\xC3\xA9][\xE2\x82\xAC]\n2[\xF0\x9F\x99\x82][\xED\x9F\xBF]\n"},
    {"Windows-1252", BYTES("caf\xE9,b\n\x93q\x94,\x80\n"), FIND,
     "1[caf\xC3\xA9][b]\n2[\xE2\x80\x9Cq\xE2\x80\x9D][\xE2\x82\xAC]\n"},
    {"Windows-1252 and UTF-8, by cell", BYTES("caf\xE9,caf\xC3\xA9\n\xC3\xA9\xE9,\"\xE9,\"\n"),
     FIND, "1[caf\xC3\xA9][caf\xC3\xA9]\n2[\xC3\x83\xC2\xA9\xC3\xA9][\xC3\xA9,]\n"},
    {"Windows-1252: bytes without a meaning", BYTES("\x81\x8D,\x8F\x90\x9D\n"), FIND,
     "1[\xEF\xBF\xBD\xEF\xBF\xBD][\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD]\n"},
    {"Windows-1252: no-break space",
     BYTES("a,b\n\xA0"
           "4\xA0,\xA0\n"),
     FIND, "1[a][b]\n2[4][]\n"},
    {"half a mark", BYTES("\xEF\xBB"), FIND, "1[\xC3\xAF\xC2\xBB]\n"},
    {"not UTF-8: long forms, surrogates, beyond, cut off",
     BYTES("\xC0\xAF,\xE0\x80\xAF,\xED\xA0\x80,\xF4\x90\x80\x80,\xF0\x8F\x80\x80,\xE2\x82,\xC3\n"),
     FIND,
     "1[\xC3\x80\xC2\xAF][\xC3\xA0\xE2\x82\xAC\xC2\xAF][\xC3\xAD\xC2\xA0\xE2\x82\xAC]"
     "[\xC3\xB4\xEF\xBF\xBD\xE2\x82\xAC\xE2\x82\xAC][\xC3\xB0\xEF\xBF\xBD\xE2\x82\xAC\xE2\x82\xAC]"
     "[\xC3\xA2\xE2\x80\x9A][\xC3\x83]\n"},
    {"not UTF-8: no such lead byte, ASCII in the place of a third or a fourth byte",
     BYTES("\xF5\x80\x80\x80,\xE2\x82"
           "A,\xF0\x9F\x99"
           "A,\xA9\n"),
     FIND,
     "1[\xC3\xB5\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC][\xC3\xA2\xE2\x80\x9A"
     "A]"
     "[\xC3\xB0\xC5\xB8\xE2\x84\xA2"
     "A][\xC2\xA9]\n"},
    {"UTF-16, little end first",
     BYTES("\xFF\xFE"
           "a\0,\0b\0\r\0\n\0\xE9\0,\0\x3D\xD8\x42\xDE\n\0"),
     FIND, "1[a][b]\n2[\xC3\xA9][\xF0\x9F\x99\x82]\n"},
    {"UTF-16, big end first", BYTES("\xFE\xFF\0a\0;\0b\0\r\0\n\0\xE9\0;\xD8\x3D\xDE\x42"), FIND,
     "1[a][b]\n2[\xC3\xA9][\xF0\x9F\x99\x82]\n"},
    {"UTF-16, tabs, quoted",
     BYTES("\xFF\xFE"
           "a\0\t\0b\0\r\0\n\0\"\0x\0\t\0\n\0\"\0\t\0\xAC\x20"),
     FIND, "1[a][b]\n2[x][\xE2\x82\xAC]\n"},
    {"UTF-16, 0A and 0D inside characters",
     BYTES("\xFF\xFE"
           "a\0,\0\x0A\x01\x0D\x0A\n\0"),
     FIND, "1[a][\xC4\x8A\xE0\xA8\x8D]\n"},
};
/* clang-format on */

/* What has been read, as text. */
struct record {
    char *text; /* owned */
    size_t n, capacity;
    size_t last_number;
    size_t fail_at;     /* the handler faults at this row; 0 = at none */
    const char *broken; /* what a row has against delimited.h */
};

static void record_add(struct record *record, const char *text, size_t n)
{
    assert_true(array_grow(&record->text, &record->capacity, record->n + n + 1, 1));
    memcpy(record->text + record->n, text, n);
    record->n += n;
    record->text[record->n] = '\0';
}

static struct fault take(void *context, const struct row *row)
{
    struct record *record = context;
    char number[40];

    if (row->number == record->fail_at) {
        return fault_at(FAULT_USAGE, "handler", 77, 88, "as the handler says");
    }
    if (row->number <= record->last_number) {
        record->broken = "row numbers do not rise";
    }
    record->last_number = row->number;
    record_add(record, number, (size_t)snprintf(number, sizeof number, "%zu", row->number));
    for (size_t i = 0; i < row->n_cells; i++) {
        if (strlen(row->cells[i].text) != row->cells[i].length) {
            record->broken = "a cell's length is not that of its text";
        }
        record_add(record, "[", 1);
        record_add(record, row->cells[i].text, row->cells[i].length);
        record_add(record, "]", 1);
    }
    record_add(record, "\n", 1);
    return FAULT_FREE;
}

static struct fault take_raw(void *context, const struct raw_row rows[], size_t n,
                             uint64_t lines_before)
{
    struct decoded_row decoded = {0};
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        assert_true(row_decode(&rows[i], &decoded));
        decoded.row.number += lines_before;
        fault = take(context, &decoded.row);
    }
    row_free(&decoded);
    return fault;
}

static void check_good(size_t i, size_t chunk)
{
    struct record record = {0};
    const struct fault fault =
        delimited_parse("x.csv", good[i].bytes, good[i].n, chunk, good[i].separator, take, &record);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s, chunk %zu: %zu:%zu: %s", good[i].name, chunk, fault.row, fault.column,
                 fault.detail);
    }
    if (record.text == NULL || strcmp(record.text, good[i].rows) != 0 || record.broken != NULL) {
        fail_msg("%s, chunk %zu: expected\n%sgot\n%s%s", good[i].name, chunk, good[i].rows,
                 record.text, record.broken == NULL ? "" : record.broken);
    }
    free(record.text);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        for (size_t chunk = 0; chunk <= good[i].n; chunk++) {
            check_good(i, chunk);
        }
    }
}

/* clang-format off */
static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    char separator;
    enum fault_code code;
    size_t row, column;
    const char *word; /* in the detail */
    const char *rows; /* read before the fault */
} bad[] = {
    {"empty", BYTES(""), FIND, FAULT_CONTENT, 0, 0, "an empty file", ""},
    {"mark only", BYTES(BOM), FIND, FAULT_CONTENT, 0, 0, "an empty file", ""},
    {"UTF-16 mark only", BYTES("\xFF\xFE"), FIND, FAULT_CONTENT, 0, 0, "an empty file", ""},
    {"blank lines only", BYTES("\n\r\n \t\r\n\t\n"), FIND, FAULT_CONTENT, 0, 0,
     "blank lines only", ""},
    {"one line end", BYTES("\n"), ';', FAULT_CONTENT, 0, 0, "blank lines only", ""},
    {"spaces only", BYTES("   "), FIND, FAULT_CONTENT, 0, 0, "blank lines only", ""},
    {"NUL first", BYTES("\0"), FIND, FAULT_SYNTAX, 1, 1, "a binary file (NUL byte)", ""},
    {"NUL", BYTES("a,b\n1,2\n3,\0004\n"), FIND, FAULT_SYNTAX, 3, 2, "a binary file (NUL byte)",
     "1[a][b]\n2[1][2]\n"},
    {"NUL in quotes", BYTES("a,b\n\"\0\",2\n"), FIND, FAULT_SYNTAX, 2, 1,
     "a binary file (NUL byte)", "1[a][b]\n"},
    {"NUL in UTF-16", BYTES("\xFF\xFE" "a\0\n\0b\0\0\0"), FIND, FAULT_SYNTAX, 2, 1,
     "a binary file (NUL byte)", "1[a]\n"},
    {"a workbook", BYTES("PK\x03\x04\x14\0\x06\0"), FIND, FAULT_SYNTAX, 1, 1,
     "a binary file (NUL byte)", ""},
    {"UTF-16 without a mark", BYTES("a\0,\0b\0\n\0"), FIND, FAULT_SYNTAX, 1, 1,
     "a binary file (NUL byte)", ""},
    {"UTF-32", BYTES("\xFF\xFE\0\0a\0\0\0"), FIND, FAULT_SYNTAX, 1, 1,
     "a binary file (NUL byte)", ""},
    {"unclosed quote", BYTES("a,b\n1,\"2\n3,4\n"), FIND, FAULT_SYNTAX, 2, 2, "no closing one",
     "1[a][b]\n"},
    {"unclosed quote, last byte", BYTES("a,b\n1,2\n\""), FIND, FAULT_SYNTAX, 3, 1,
     "no closing one", "1[a][b]\n2[1][2]\n"},
    {"unclosed quote in the header", BYTES("a,\"b;c\n1,2\n"), FIND, FAULT_SYNTAX, 1, 2,
     "no closing one", ""},
    {"unclosed quote after blank lines", BYTES("a\n\n\r\n\"x\ny"), FIND, FAULT_SYNTAX, 4, 1,
     "no closing one", "1[a]\n"},
    {"stray quote", BYTES("a,b\n1,2\n3,4\"x\n"), FIND, FAULT_SYNTAX, 3, 2,
     "does not begin with one", "1[a][b]\n2[1][2]\n"},
    {"stray quote in the header", BYTES("a,b\"c\"\n1,2\n"), FIND, FAULT_SYNTAX, 1, 2,
     "does not begin with one", ""},
    {"text behind a closing quote", BYTES("a,b\n\"1\"x,2\n"), FIND, FAULT_SYNTAX, 2, 1,
     "behind the closing", "1[a][b]\n"},
    {"quote behind a closing quote", BYTES("a,b\n\"1\" \"x\",2\n"), FIND, FAULT_SYNTAX, 2, 1,
     "behind the closing", "1[a][b]\n"},
    {"the earlier of two faults", BYTES("a,b\n3,4\"x\n\0"), FIND, FAULT_SYNTAX, 2, 2,
     "does not begin with one", "1[a][b]\n"},
    {"the earlier of two faults, in the header", BYTES("a\"\0"), FIND, FAULT_SYNTAX, 1, 1,
     "does not begin with one", ""},
    {"the separator is not the one given", BYTES("a,b\n\"1\",2\n"), ';', FAULT_SYNTAX, 2, 1,
     "behind the closing", "1[a,b]\n"},
    {"UTF-16 of odd length", BYTES("\xFF\xFE" "a\0,\0b\0\n\0" "1\0,\0" "2"), FIND, FAULT_SYNTAX, 2,
     0, "middle of a character", "1[a][b]\n2[1][]\n"},
    {"UTF-16, mark and a byte", BYTES("\xFE\xFF\0"), FIND, FAULT_SYNTAX, 1, 0,
     "middle of a character", ""},
    {"UTF-16 cut inside a pair", BYTES("\xFF\xFE" "a\0\n\0\x3D\xD8"), FIND, FAULT_SYNTAX, 2, 0,
     "middle of a character", "1[a]\n"},
    {"UTF-16 cut inside a pair, odd", BYTES("\xFE\xFF\0a\0\n\xD8\x3D\xDE"), FIND, FAULT_SYNTAX, 2,
     0, "middle of a character", "1[a]\n"},
    {"UTF-16, first half alone", BYTES("\xFF\xFE" "a\0\n\0" "1\0,\0\x3D\xD8" "b\0\n\0"), FIND,
     FAULT_SYNTAX, 2, 0, "half of a pair", "1[a]\n2[1][]\n"},
    {"UTF-16, second half alone", BYTES("\xFE\xFF\0a\0\n\xDE\x42\0b"), FIND, FAULT_SYNTAX, 2, 0,
     "half of a pair", "1[a]\n"},
};
/* clang-format on */

struct expected {
    const char *name, *file;
    enum fault_code code;
    size_t row, column;
    const char *word; /* in the detail */
};

static void check_fault(const struct fault *fault, const struct expected *e, size_t chunk)
{
    const bool right = fault->code == e->code && fault->row == e->row &&
                       fault->column == e->column && strcmp(fault->file, e->file) == 0 &&
                       strstr(fault->detail, e->word) != NULL;
    if (!right) {
        fail_msg("%s, chunk %zu: expected %d at %zu:%zu (%s), got %d at %s:%zu:%zu: %s", e->name,
                 chunk, e->code, e->row, e->column, e->word, fault->code, fault->file, fault->row,
                 fault->column, fault->detail);
    }
}

static void check_bad(size_t i, size_t chunk)
{
    const struct expected expected = {bad[i].name, "x.csv",       bad[i].code,
                                      bad[i].row,  bad[i].column, bad[i].word};
    struct record record = {0};
    const struct fault fault =
        delimited_parse("x.csv", bad[i].bytes, bad[i].n, chunk, bad[i].separator, take, &record);
    const char *const rows = record.text == NULL ? "" : record.text;

    check_fault(&fault, &expected, chunk);
    if (strcmp(rows, bad[i].rows) != 0) {
        fail_msg("%s, chunk %zu: expected\n%sgot\n%s", bad[i].name, chunk, bad[i].rows, rows);
    }
    free(record.text);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        for (size_t chunk = 0; chunk <= bad[i].n; chunk++) {
            check_bad(i, chunk);
        }
    }
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X300 X50 X50 X50 X50 X50 X50

/* Bytes too many to write down: head, `times` times `piece`, tail. */
static const struct {
    const char *name;
    const char *head, *piece;
    size_t times;
    const char *tail;
    char separator;
    enum fault_code code; /* FAULT_NONE: a good file */
    size_t row, column;
    const char *word;
} large[] = {
    {"a cell of 1 MiB", "a,b\n1,", "x", 1048576, ",2\n", FIND, FAULT_NONE, 0, 0, ""},
    {"a cell of 1 MiB at the end", "a,b\n1,", "x", 1048576, "", FIND, FAULT_NONE, 0, 0, ""},
    {"a quoted cell of 1 MiB", "a,b\n1,\"", "x", 1048576, "\",2\n", FIND, FAULT_NONE, 0, 0, ""},
    {"a quoted cell of 1 MiB of quotes", "a,b\n1,\"", "\"\"", 1048576, "\",2\n", FIND, FAULT_NONE,
     0, 0, ""},
    {"a cell of 1 MiB in Windows-1252", "a,b\n1,", "\x80", 1048576, ",2\n", FIND, FAULT_NONE, 0, 0,
     ""},
    {"a cell of 1 MiB and a byte", "a,b\n1,", "x", 1048577, ",2\n", FIND, FAULT_SYNTAX, 2, 2,
     "longer than 1 MiB"},
    {"a cell of 1 MiB and a byte at the end", "a,b\n1,", "x", 1048577, "", FIND, FAULT_SYNTAX, 2, 2,
     "longer than 1 MiB"},
    {"a quoted cell of 1 MiB and a byte", "a,b\n1,\"", "x", 1048577, "\",2\n", FIND, FAULT_SYNTAX,
     2, 2, "longer than 1 MiB"},
    {"a cell of 1 MiB and two bytes, then a stray quote", "a,b\n1,", "x", 1048578, "\"", FIND,
     FAULT_SYNTAX, 2, 2, "longer than 1 MiB"},
    {"a cell of 1 MiB and a byte, then a stray quote", "a,b\n1,", "x", 1048577, "\"", FIND,
     FAULT_SYNTAX, 2, 2, "does not begin with one"},
    {"a cell of 3 MiB", "a,b\n1,", "x", 3145728, ",2\n", FIND, FAULT_SYNTAX, 2, 2,
     "longer than 1 MiB"},
    {"an unclosed cell of 3 MiB", "a,b\n1,\"", "x,\n", 1048576, "", FIND, FAULT_SYNTAX, 2, 2,
     "closing double quote missing"},
    {"a header cell of 2 MiB", "a,", "x", 2097152, ",2\n", FIND, FAULT_SYNTAX, 1, 2,
     "longer than 1 MiB"},
    {"white space of 2 MiB before a cell", "a,b\n1,", " ", 2097152, "2\n", FIND, FAULT_NONE, 0, 0,
     ""},
    {"65,536 cells", "a;b\n", ";", 65535, "\n", FIND, FAULT_NONE, 0, 0, ""},
    {"65,537 cells", "a;b\n", ";", 65536, "\n", FIND, FAULT_SYNTAX, 2, 65537,
     "more than 65,536 cells"},
    {"65,537 cells at the end", "a;b\n", ";", 65536, "", FIND, FAULT_SYNTAX, 2, 65537,
     "more than 65,536 cells"},
    {"65,536 header cells of 30 bytes", "c", ";cccccccccccccccccccccccccccccc", 65535, "\n", FIND,
     FAULT_NONE, 0, 0, ""},
    {"a header without an end", "a", ",", 3000000, "", FIND, FAULT_SYNTAX, 1, 65537,
     "more than 65,536 cells"},
    {"a row of less than 16 MiB", "a,b\n1", "," X300 "7777777", 53000, "\n", FIND, FAULT_NONE, 0, 0,
     ""},
    /* 308 bytes a cell: 2 + 308 (column - 2) + 307 is above 16 MiB from column 54,473 on */
    {"a row of more than 16 MiB", "a,b\n1", "," X300 "7777777", 65000, "\n", FIND, FAULT_SYNTAX, 2,
     54473, "longer than 16 MiB"},
    {"UTF-16 that grows most", "\xFF\xFE", "\xAC\x20", 300000, "", FIND, FAULT_NONE, 0, 0, ""},
    {"100,000 blank lines", "a,b", "\r\n", 100000, "1,2\r\n", FIND, FAULT_NONE, 0, 0, ""},
};

/* The bytes of large[i], to be freed. */
static char *large_bytes(size_t i, size_t *n)
{
    const size_t n_head = strlen(large[i].head), n_piece = strlen(large[i].piece);
    const size_t n_tail = strlen(large[i].tail);
    char *const bytes = malloc(n_head + n_piece * large[i].times + n_tail + 1);

    assert_non_null(bytes);
    memcpy(bytes, large[i].head, n_head);
    *n = n_head;
    for (size_t k = 0; k < large[i].times; k++) {
        memcpy(bytes + *n, large[i].piece, n_piece);
        *n += n_piece;
    }
    memcpy(bytes + *n, large[i].tail, n_tail + 1);
    *n += n_tail;
    return bytes;
}

static void check_large(size_t i, const char *bytes, size_t n, size_t chunk)
{
    const struct expected expected = {large[i].name,   large[i].code == FAULT_NONE ? "" : "x.csv",
                                      large[i].code,   large[i].row,
                                      large[i].column, large[i].word};
    struct record record = {0};
    const struct fault fault =
        delimited_parse("x.csv", bytes, n, chunk, large[i].separator, take, &record);

    check_fault(&fault, &expected, chunk);
    if (record.broken != NULL) {
        fail_msg("%s, chunk %zu: %s", large[i].name, chunk, record.broken);
    }
    free(record.text);
}

static void test_large(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(large); i++) {
        size_t n;
        char *const bytes = large_bytes(i, &n);
        check_large(i, bytes, n, 0);
        check_large(i, bytes, n, 4095);
        check_large(i, bytes, n, 65536);
        if (n < 8000000) { /* byte by byte, 16 MiB take too long */
            check_large(i, bytes, n, 1);
        }
        free(bytes);
    }
}

/* A row number that large[] is there for. */
static void test_rows_behind_blank_lines(void **state)
{
    const size_t i = COUNT(large) - 1;
    struct record record = {0};
    size_t n;
    char *const bytes = large_bytes(i, &n);

    (void)state;
    assert_int_equal(delimited_parse("x.csv", bytes, n, 0, FIND, take, &record).code, FAULT_NONE);
    assert_string_equal(record.text, "1[a][b]\n100001[1][2]\n");
    free(record.text);
    free(bytes);
}

static void test_handler_fault(void **state)
{
    const struct expected expected = {"handler", "handler", FAULT_USAGE, 77, 88, "as the handler"};
    const char *const rows[] = {"", "1[a]\n", "1[a]\n2[1]\n"};

    (void)state;
    for (size_t row = 1; row <= 3; row++) {
        for (size_t chunk = 0; chunk <= 8; chunk++) {
            struct record record = {.fail_at = row};
            const struct fault fault =
                delimited_parse("x.csv", BYTES("a\n1\n2\n\"x"), chunk, FIND, take, &record);
            check_fault(&fault, &expected, chunk);
            assert_string_equal(record.text == NULL ? "" : record.text, rows[row - 1]);
            free(record.text);
        }
    }
}

/* Writes a file for the tests; what is there already is replaced. */
static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *const file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void check_file(const char *path, enum fault_code code, const char *word)
{
    const struct expected expected = {path, path, code, 0, 0, word};
    struct record record = {0};
    const struct fault fault = delimited_read(path, FIND, take, take_raw, &record);

    check_fault(&fault, &expected, 0);
    free(record.text);
}

static void test_files(void **state)
{
    char directory[] = "/tmp/test_delimited_XXXXXX";
    char path[80];
    struct record record = {0};

    (void)state;
    assert_non_null(mkdtemp(directory));
    check_file(directory, FAULT_OPEN, strerror(EISDIR));
    (void)snprintf(path, sizeof path, "%s/x.csv", directory);
    check_file(path, FAULT_OPEN, strerror(ENOENT));
    check_file("", FAULT_OPEN, strerror(ENOENT));
    check_file("/dev/null", FAULT_CONTENT, "an empty file");
    for (size_t i = 0; i < COUNT(good); i++) {
        write_file(path, good[i].bytes, good[i].n);
        record.n = 0;
        record.last_number = 0;
        assert_int_equal(delimited_read(path, good[i].separator, take, take_raw, &record).code,
                         FAULT_NONE);
        assert_string_equal(record.text, good[i].rows);
    }
    assert_int_equal(chmod(path, 0), 0);
    if (geteuid() != 0) { /* root may read anything */
        check_file(path, FAULT_OPEN, strerror(EACCES));
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
    free(record.text);
}

/* A pair of UTF-16 across each place where a file is cut into chunks, and a CR LF likewise. */
static void test_chunk_borders(void **state)
{
    const char line[8] = {'\x3D', '\xD8', '\x42', '\xDE', '\r', 0, '\n', 0};
    char directory[] = "/tmp/test_delimited_XXXXXX";
    char path[80];

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/x.csv", directory);
    for (size_t shift = 0; shift < 8; shift++) {
        struct record record = {0};
        const size_t n = 4 * BYTES_CHUNK;
        char *const bytes = malloc(n);
        size_t place = 0;
        assert_non_null(bytes);
        bytes[0] = '\xFF';
        bytes[1] = '\xFE';
        for (place = 2; place < 2 + 2 * shift; place += 2) {
            bytes[place] = 'x';
            bytes[place + 1] = '\0';
        }
        for (; place + 8 <= n; place += 8) {
            for (size_t k = 0; k < sizeof line; k++) {
                bytes[place + k] = line[k];
            }
        }
        write_file(path, bytes, place);
        assert_int_equal(delimited_read(path, FIND, take, take_raw, &record).code, FAULT_NONE);
        assert_int_equal(record.last_number, (place - 2 - 2 * shift) / 8);
        assert_string_equal(record.text + record.n - 7, "[\xF0\x9F\x99\x82]\n");
        free(record.text);
        free(bytes);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

/* All 256 bytes. Expected: iconv -f CP1252 -t UTF-8 where that knows the byte. */
static void test_windows_1252(void **state)
{
    iconv_t converter = iconv_open("UTF-8", "CP1252");

    (void)state;
    assert_true(converter != (iconv_t)-1);
    for (int byte = 0; byte < 256; byte++) {
        char in[1] = {(char)byte}, expected[8] = {0}, got[8] = {0};
        char *from = in, *to = expected;
        size_t n_in = 1, n_out = sizeof expected;
        if (iconv(converter, &from, &n_in, &to, &n_out) == (size_t)-1) {
            memcpy(expected, "\xEF\xBF\xBD", 4);
            n_out = sizeof expected - 3;
        }
        assert_int_equal(windows_1252_to_utf8(in, 1, got), sizeof expected - n_out);
        assert_memory_equal(got, expected, sizeof got);
    }
    assert_int_equal(iconv_close(converter), 0);
}

/* Every code point, written as four bytes at most, is valid except the surrogates. */
static void test_utf8_valid(void **state)
{
    iconv_t converter = iconv_open("UTF-8", "UTF-32LE");

    (void)state;
    assert_true(converter != (iconv_t)-1);
    for (uint32_t point = 0; point < 0x110000; point++) {
        unsigned char in[4] = {(unsigned char)point, (unsigned char)(point >> 8),
                               (unsigned char)(point >> 16), 0};
        char text[8] = {0};
        char *from = (char *)in, *to = text;
        size_t n_in = 4, n_out = sizeof text;
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        const bool known = iconv(converter, &from, &n_in, &to, &n_out) != (size_t)-1;
        assert_int_equal(known, !surrogate);
        if (known && (!utf8_valid(text, sizeof text - n_out) ||
                      (point >= 0x80 && utf8_valid(text, sizeof text - n_out - 1)))) {
            fail_msg("U+%04X", point);
        }
    }
    assert_int_equal(iconv_close(converter), 0);
}

/* The allocation that fails, counted down; the linker puts these in the place of the library's:
   -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc. Mutable, since there is no other way into malloc. */
static size_t allocations_left = SIZE_MAX;
static size_t largest_allocation;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are ld's */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t n);
void *__wrap_realloc(void *memory, size_t n);

static bool allocation_allowed(void)
{
    if (allocations_left == SIZE_MAX) {
        return true;
    }
    allocations_left -= allocations_left > 0;
    return allocations_left > 0;
}

void *__wrap_malloc(size_t n)
{
    return allocation_allowed() ? __real_malloc(n) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    largest_allocation = n * size > largest_allocation ? n * size : largest_allocation;
    return allocation_allowed() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t n)
{
    largest_allocation = n > largest_allocation ? n : largest_allocation;
    return allocation_allowed() ? __real_realloc(memory, n) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct fault take_nothing(void *context, const struct row *row)
{
    (void)context;
    (void)row;
    return FAULT_FREE;
}

/* Every case with its n-th allocation, and all after it, failing. */
static void test_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct fault fault;
        size_t allowed = 0;
        do {
            allowed++;
            allocations_left = allowed;
            fault = delimited_parse("x.csv", good[i].bytes, good[i].n, 3, good[i].separator,
                                    take_nothing, NULL);
            allocations_left = SIZE_MAX;
            assert_true(fault.code == FAULT_MEMORY || fault.code == FAULT_NONE);
        } while (fault.code == FAULT_MEMORY);
        if (allowed < 5) {
            fail_msg("%s: %zu allocations are too few", good[i].name, allowed);
        }
    }
}

/* A quote that is never closed, in a file that is larger than may be held. */
static void test_memory_bounded(void **state)
{
    static const char *const heads[] = {"a,b\n1,\"", "\"", "a,b\n1,", ""};
    const size_t n = (size_t)16 * 1024 * 1024;
    char *const bytes = malloc(n);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < COUNT(heads); i++) {
        memset(bytes, 'x', n);
        memcpy(bytes, heads[i], strlen(heads[i]));
        largest_allocation = 0;
        assert_int_equal(delimited_parse("x.csv", bytes, n, 0, FIND, take_nothing, NULL).code,
                         FAULT_SYNTAX);
        assert_in_range(largest_allocation, 1, (size_t)40 * 1024 * 1024);
    }
    free(bytes);
}

/* The cases as files in `directory`. */
static int write_seeds(const char *directory)
{
    char path[400];

    for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++) {
        const bool is_good = i < COUNT(good);
        const size_t k = is_good ? i : i - COUNT(good);
        const size_t n = is_good ? good[k].n : bad[k].n;
        FILE *file;
        (void)snprintf(path, sizeof path, "%s/%s_%02zu", directory, is_good ? "good" : "bad", k);
        file = fopen(path, "wb");
        if (file == NULL) {
            perror(path);
            return EXIT_FAILURE;
        }
        (void)fwrite(is_good ? good[k].bytes : bad[k].bytes, 1, n, file);
        if (fclose(file) != 0) {
            perror(path);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_bad),
        cmocka_unit_test(test_large),          cmocka_unit_test(test_rows_behind_blank_lines),
        cmocka_unit_test(test_handler_fault),  cmocka_unit_test(test_files),
        cmocka_unit_test(test_chunk_borders),  cmocka_unit_test(test_windows_1252),
        cmocka_unit_test(test_utf8_valid),     cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_memory_bounded),
    };
    if (argc == 3 && strcmp(argv[1], "--write-seeds") == 0) {
        return write_seeds(argv[2]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
