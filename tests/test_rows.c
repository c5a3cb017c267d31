/* tests/test_rows.c - rows of a piece of text: every case by the record lane and by each quick
   implementation, at every place around a block of 64 bytes; then random texts, of which all must
   say the same. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/marks.h"
#include "tests/rows_record.h"

#define BYTES(literal) literal, sizeof(literal) - 1

/* clang-format off: bytes are lined up by hand */

/* Expected: each row as its number and its cells in brackets, and the number of lines. Written by
   hand from the rules of libcsv. */
static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    char separator;
    const char *rows;
    size_t n_lines;
} good[] = {
    {"nothing", BYTES(""), ',', "", 0},
    {"plain", BYTES("a,b\n1,2\n"), ',', "1[a][b]\n2[1][2]\n", 2},
    {"no final line end", BYTES("a,b\n1,2"), ',', "1[a][b]\n2[1][2]\n", 2},
    {"no final line end, empty last cell", BYTES("a,b\n1,"), ',', "1[a][b]\n2[1][]\n", 2},
    {"no final line end, quoted", BYTES("a\n\"2\""), ',', "1[a]\n2[2]\n", 2},
    {"no final line end, spaces", BYTES("a\n  "), ',', "1[a]\n", 1},
    {"no final line end, quoted, spaces", BYTES("\"2\"  "), ',', "1[2]\n", 1},
    {"one cell", BYTES("a"), ',', "1[a]\n", 1},
    {"one separator", BYTES(","), ',', "1[][]\n", 1},
    {"CR LF", BYTES("a,b\r\n1,2\r\n3,4\r\n"), ',', "1[a][b]\n2[1][2]\n3[3][4]\n", 3},
    {"CR", BYTES("a,b\r1,2\r3,4\r"), ',', "1[a][b]\n2[1][2]\n3[3][4]\n", 3},
    {"line ends of all kinds", BYTES("a\r\n1\n2\r3\r\n"), ',', "1[a]\n2[1]\n3[2]\n4[3]\n", 4},
    {"LF CR are two", BYTES("a\n\rb"), ',', "1[a]\n3[b]\n", 3},
    {"CR CR LF are two", BYTES("a\r\r\nb"), ',', "1[a]\n3[b]\n", 3},
    {"CR, space, LF are two", BYTES("a\r \nb"), ',', "1[a]\n3[b]\n", 3},
    {"blank lines", BYTES("\n\r\n  \na,b\n\n\t \n1,2\n\n"), ',', "4[a][b]\n7[1][2]\n", 8},
    {"blank lines, CR", BYTES("\r\ra\r\r\r1\r\r"), ',', "3[a]\n6[1]\n", 7},
    {"blank lines only", BYTES("\n \n\t\n\r\n"), ',', "", 4},
    {"tabs are no blank line where they separate", BYTES("\t\n \n"), '\t', "1[][]\n", 2},
    {"separators are no blank line", BYTES(" , \n;\n"), ',', "1[][]\n2[;]\n", 2},
    {"white space of other kinds is no blank line", BYTES("\v\n\f\n\xC2\xA0\n\xA0\n"), ',',
     "1[]\n2[]\n3[]\n4[]\n", 4},
    {"an empty cell in quotes is no blank line", BYTES("\"\"\n\"\"\r\n\"\""), ',',
     "1[]\n2[]\n3[]\n", 3},
    {"quoted", BYTES("\"a\",b,\"c\"\n1,\"2\",3\n"), ',', "1[a][b][c]\n2[1][2][3]\n", 2},
    {"quoted separators and line ends", BYTES("a,\"x,\ny\r\nz\rw\",2\n3,4\n"), ',',
     "1[a][x,\ny\r\nz\rw][2]\n2[3][4]\n", 2},
    {"quoted quotes", BYTES("\"\"\"\",\"say \"\"x\"\"\",\"a\"\"b\"\n"), ',',
     "1[\"][say \"x\"][a\"b]\n", 1},
    {"quotes around quotes stay", BYTES("\"\"\"a\"\"\",\"\"\"\"\"\"\n"), ',', "1[\"a\"][\"\"]\n",
     1},
    {"spaces around quotes", BYTES("  \"1\"  , \"2\" ,\t\"3\"\t\n4\n"), ',', "1[1][2][3]\n2[4]\n",
     2},
    {"trimmed", BYTES(" a ,\tb\t, c d \n"), ',', "1[a][b][c d]\n", 1},
    {"trimmed inside quotes", BYTES("\" 4 \",\"\n5\t\"\n"), ',', "1[4][5]\n", 1},
    {"trimmed of no-break spaces and marks",
     BYTES("\xC2\xA0 4 \xC2\xA0,\xEF\xBB\xBF"
           "5\xEF\xBB\xBF\n"),
     ',', "1[4][5]\n", 1},
    {"Windows-1252, cell by cell", BYTES("\xE9,\xC3\xA9,\"\xC3\xA9\xE9\",\x80\n"), ',',
     "1[\xC3\xA9][\xC3\xA9][\xC3\x83\xC2\xA9\xC3\xA9][\xE2\x82\xAC]\n", 1},
    {"rows of any length", BYTES("a,b\n1\n1,2,3\n1,2\n"), ',',
     "1[a][b]\n2[1]\n3[1][2][3]\n4[1][2]\n", 4},
    {"semicolons", BYTES("a,b;c\n1;\"2;3\"\n"), ';', "1[a,b][c]\n2[1][2;3]\n", 2},
    {"tabs", BYTES("a \t b\n 1\t \"2\" \n"), '\t', "1[a][b]\n2[1][2]\n", 2},
    {"long cells", BYTES("abcdefghijklmnopqrstuvwxyz,1234567,12345678,123456789\n"), ',',
     "1[abcdefghijklmnopqrstuvwxyz][1234567][12345678][123456789]\n", 1},
    {"not ASCII at each place",
     BYTES("\xE9"
           "bcdefgh,abcdefg\xE9,abcdefgh\xE9,a\xE9\n"),
     ',',
     "1[\xC3\xA9"
     "bcdefgh][abcdefg\xC3\xA9][abcdefgh\xC3\xA9][a\xC3\xA9]\n",
     1},
};

static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    char separator;
    size_t row, column;
    const char *word; /* in the detail */
    const char *rows; /* before the fault */
    size_t n_lines;
} bad[] = {
    {"NUL first", BYTES("\0"), ',', 1, 1, "a binary file (NUL byte)", "", 0},
    {"NUL", BYTES("a,b\n1,2\n3,\0004\n"), ',', 3, 2, "a binary file (NUL byte)",
     "1[a][b]\n2[1][2]\n", 2},
    {"NUL in a blank line", BYTES("a\n \0\n"), ',', 2, 1, "a binary file (NUL byte)", "1[a]\n", 1},
    {"NUL behind CR", BYTES("a\r\0"), ',', 2, 1, "a binary file (NUL byte)", "1[a]\n", 1},
    {"NUL last", BYTES("a,\0"), ',', 1, 2, "a binary file (NUL byte)", "", 0},
    {"NUL in quotes", BYTES("a\n\"x\",\"\0\"\n"), ',', 2, 2, "a binary file (NUL byte)", "1[a]\n",
     1},
    {"NUL behind a quoted cell", BYTES("\"x\"\0\n"), ',', 1, 1, "a binary file (NUL byte)", "", 0},
    {"unclosed", BYTES("a,b\n1,\"2\n3,4\n"), ',', 2, 2, "no closing one", "1[a][b]\n", 1},
    {"unclosed, last byte", BYTES("a\n1,\""), ',', 2, 2, "no closing one", "1[a]\n", 1},
    {"unclosed behind doubled quotes", BYTES("\"a\"\"\n"), ',', 1, 1, "no closing one", "", 0},
    {"unclosed behind blank lines", BYTES("a\n\n\r\n\"x\ny"), ',', 4, 1, "no closing one", "1[a]\n",
     3},
    {"three quotes", BYTES("\"\"\""), ',', 1, 1, "no closing one", "", 0},
    {"stray quote", BYTES("a,b\n3,4\"x\n"), ',', 2, 2, "does not begin with one", "1[a][b]\n", 1},
    {"stray quotes", BYTES("a\nb\"c\"\n"), ',', 2, 1, "does not begin with one", "1[a]\n", 1},
    {"stray quote at a cell's end", BYTES("a\nb\"\nc\n"), ',', 2, 1, "does not begin with one",
     "1[a]\n", 1},
    {"text behind a closing quote", BYTES("\"1\"x,2\n"), ',', 1, 1, "behind the closing", "", 0},
    {"text between quotes", BYTES("a\n1,\"\"x\"\"\n"), ',', 2, 2, "behind the closing", "1[a]\n",
     1},
    {"quote behind a closing quote", BYTES("\"1\" \"x\",2\n"), ',', 1, 1, "behind the closing", "",
     0},
    {"the earlier of two faults: quote", BYTES("a\n4\"x\0\n"), ',', 2, 1, "does not begin with one",
     "1[a]\n", 1},
    {"the earlier of two faults: NUL", BYTES("a\n4\0\"x\n"), ',', 2, 1, "a binary file", "1[a]\n",
     1},
    {"another separator", BYTES("a,b\n\"1\",2\n"), ';', 2, 1, "behind the closing", "1[a,b]\n", 1},
};
/* clang-format on */

/* What a case expects. */
struct expected {
    const char *name;
    struct fault fault;
    const char *word, *rows;
    size_t n_lines;
};

static struct expected expected_good(size_t i)
{
    return (struct expected){good[i].name, FAULT_FREE, "", good[i].rows, good[i].n_lines};
}

static struct expected expected_bad(size_t i)
{
    return (struct expected){bad[i].name,
                             {.code = FAULT_SYNTAX, .row = bad[i].row, .column = bad[i].column},
                             bad[i].word,
                             bad[i].rows,
                             bad[i].n_lines};
}

static void check_record(const struct record *record, const struct expected *e,
                         const struct how *how, size_t place)
{
    const struct fault *const f = &record->fault;
    const size_t row = f->row == 0 ? 0 : f->row - record->after;
    const bool right = f->code == e->fault.code && row == e->fault.row &&
                       f->column == e->fault.column && strstr(f->detail, e->word) != NULL &&
                       strcmp(f->file, f->code == FAULT_NONE ? "" : "x.csv") == 0 &&
                       strcmp(record->text, e->rows) == 0 &&
                       record->n_lines - record->after == e->n_lines && record->broken == NULL;
    if (!right) {
        fail_msg("%s, reader %zu, %zu rows at a time, at %zu: expected\n%s%d at %zu:%zu (%s), "
                 "%zu lines, got\n%s%d at %zu:%zu (%s), %zu lines; %s",
                 e->name, how->reader, how->capacity, place, e->rows, e->fault.code, e->fault.row,
                 e->fault.column, e->word, e->n_lines, record->text, f->code, row, f->column,
                 f->detail, record->n_lines - record->after,
                 record->broken == NULL ? "" : record->broken);
    }
}

/* Reads the case behind a line of `place` bytes, if there are any, with each reader. */
static void check_at(const struct expected *e, const char *bytes, size_t n, char separator,
                     size_t place)
{
    static const struct how hows[] = {{0, 1, '\n'}, {0, 2, '"'}, {0, 64, ','}, {0, 1000, '\0'}};
    char *const text = malloc(place + n + 1);

    assert_non_null(text);
    memset(text, 'x', place);
    if (place > 0) {
        text[place - 1] = '\n';
    }
    memcpy(text + place, bytes, n);
    for (size_t reader = 0; reader < n_readers(); reader++) {
        struct rows *const rows = reader_new(reader, separator);
        struct record record = {.after = place > 0};
        assert_non_null(rows);
        for (size_t i = 0; i < COUNT(hows); i++) {
            struct how how = hows[i];
            how.reader = reader;
            record_rows(rows, &how, text, place + n, &record);
            check_record(&record, e, &how, place);
        }
        record_free(&record);
        rows_free(rows);
    }
    free(text);
}

/* Around blocks and around windows (16 KiB), each place where an interesting byte may fall. */
static void check_everywhere(const struct expected *e, const char *bytes, size_t n, char separator)
{
    for (size_t place = 0; place <= 130; place++) {
        check_at(e, bytes, n, separator, place);
    }
    for (size_t place = 16384 - 60; place <= 16384 + 2; place++) {
        check_at(e, bytes, n, separator, place);
    }
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const struct expected expected = expected_good(i);
        check_everywhere(&expected, good[i].bytes, good[i].n, good[i].separator);
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct expected expected = expected_bad(i);
        check_everywhere(&expected, bad[i].bytes, bad[i].n, bad[i].separator);
    }
}

/* All cases one after the other through one reader: nothing of a piece is left for the next. */
static void test_pieces(void **state)
{
    const struct how how = {.capacity = 3, .padding = '\n'};

    (void)state;
    for (size_t reader = 0; reader < n_readers(); reader++) {
        struct rows *const rows = reader_new(reader, ',');
        struct record record = {0};
        assert_non_null(rows);
        for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++) {
            /* bad and good by turns, from the end and from the beginning */
            const size_t k = i / 2;
            if (i % 2 == 0 && k < COUNT(bad) && bad[k].separator == ',') {
                const struct expected expected = expected_bad(k);
                record_rows(rows, &how, bad[k].bytes, bad[k].n, &record);
                check_record(&record, &expected, &how, 0);
            } else if (i % 2 == 1 && k < COUNT(good) && good[k].separator == ',') {
                const struct expected expected = expected_good(k);
                record_rows(rows, &how, good[k].bytes, good[k].n, &record);
                check_record(&record, &expected, &how, 0);
            }
        }
        record_free(&record);
        rows_free(rows);
    }
}

/* Bytes too many to write down: head, `times` times `piece`, tail. */
static const struct {
    const char *name;
    const char *head, *piece;
    size_t times;
    const char *tail;
    size_t row, column; /* 0: no fault */
    const char *word;
    size_t n_lines;
} large[] = {
    {"a cell of 1 MiB", "a,b\n1,", "x", 1048576, ",2\n3,4\n", 0, 0, "", 3},
    {"a cell of 1 MiB at the end", "a,b\n1,", "x", 1048576, "", 0, 0, "", 2},
    {"a quoted cell of 1 MiB", "a,b\n1,\"", "x", 1048576, "\",2\n3\n", 0, 0, "", 3},
    {"a quoted cell of 1 MiB of quotes", "1,\"", "\"\"", 1048576, "\",2\n", 0, 0, "", 1},
    {"a cell of 1 MiB and a byte", "a,b\n1,", "x", 1048577, ",2\n", 2, 2, "longer than 1 MiB", 1},
    {"a cell of 1 MiB and a byte at the end", "1,", "x", 1048577, "", 1, 2, "longer than 1 MiB", 0},
    {"a quoted cell of 1 MiB and a byte", "\n1,\"", "x", 1048577, "\",2\n", 2, 2,
     "longer than 1 MiB", 1},
    {"a cell of 1 MiB and a byte, then a stray quote", "a,b\n1,", "x", 1048577, "\"\n", 2, 2,
     "does not begin with one", 1},
    {"an unclosed cell of 3 MiB", "a,b\n1,\"", "x,\n", 1048576, "", 2, 2,
     "closing double quote missing", 1},
    {"white space of 2 MiB before a cell", "a,b\n1,", " ", 2097152, "2\n3,4\n", 0, 0, "", 3},
    {"a blank line of 2 MiB", "a,b\n", " ", 2097152, "\n3,4\n", 0, 0, "", 3},
    {"a blank line of 2 MiB at the end", "a,b\n", " ", 2097152, "", 0, 0, "", 1},
    {"a row of 70,000 bytes, CR LF", "a,b\r\n1,", "x", 70000, "\r\n3,4\r\n", 0, 0, "", 3},
    {"quoted line breaks, 70,000", "a,b\n1,\"", "\r\n", 70000, "\"\n3,4\n", 0, 0, "", 3},
    {"65,536 cells", "a\n", ",", 65535, "\nb\n", 0, 0, "", 3},
    {"65,537 cells", "a\n", ",", 65536, "\n", 2, 65537, "more than 65,536 cells", 1},
    {"65,537 cells at the end", "a\n", ",", 65536, "", 2, 65537, "more than 65,536 cells", 1},
    {"65,536 cells of two bytes", "a\n1", ",1", 65535, "\nb\n", 0, 0, "", 3},
    {"3,000,000 cells", "a", ",", 3000000, "", 1, 65537, "more than 65,536 cells", 0},
    /* the text of a cell counts, its NUL too: 301 (column - 1) + 300 is above 16 MiB from column
       55,739 on */
    {"a row of more than 16 MiB", "",
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,",
     60000, "\n", 1, 55739, "longer than 16 MiB", 0},
    /* as UTF-8 a cell is three times as long: 3 * 90 + 1 = 271 a cell; 271 (column - 1) + 90 is
       above 16 MiB from column 61,910 on */
    {"a row of more than 16 MiB as UTF-8", "",
     "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
     "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
     "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
     "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80,",
     65000, "\n", 1, 61910, "longer than 16 MiB", 0},
    {"100,000 blank lines", "a,b", "\r\n", 100000, "1,2\r\n", 0, 0, "", 100001},
    {"20,000 rows", "", "a,\"b\",c\r\n1,2\r\n", 10000, "", 0, 0, "", 20000},
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

/* Faults are as expected; rows and faults are delimited_parse()'s. */
static void check_large(size_t i, const char *bytes, size_t n)
{
    struct record old = {0}, record = {0};

    record_delimited(bytes, n, ',', &old);
    for (size_t reader = 0; reader < n_readers(); reader++) {
        const struct how how = {.reader = reader, .capacity = 1000, .padding = ' '};
        struct rows *const rows = reader_new(reader, ',');
        assert_non_null(rows);
        record_rows(rows, &how, bytes, n, &record);
        if (record.fault.row != large[i].row || record.fault.column != large[i].column ||
            strstr(record.fault.detail, large[i].word) == NULL ||
            record.n_lines != large[i].n_lines) {
            fail_msg("%s, reader %zu: got %zu:%zu: %s, %zu lines", large[i].name, reader,
                     record.fault.row, record.fault.column, record.fault.detail, record.n_lines);
        }
        if (strcmp(record.text, old.text) != 0 || !same_fault(&record.fault, &old.fault)) {
            fail_msg("%s, reader %zu: not what delimited_parse() reads", large[i].name, reader);
        }
        rows_free(rows);
    }
    record_free(&record);
    record_free(&old);
}

static void test_large(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(large); i++) {
        size_t n;
        char *const bytes = large_bytes(i, &n);
        check_large(i, bytes, n);
        free(bytes);
    }
}

/* xorshift64*: Vigna (2016), doi:10.1145/2845077. */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

/* A text of whole cells, nearly all good ones, so that most faults come late. */
static size_t random_text(uint64_t *state, char *text, size_t capacity)
{
    static const char *const cells[] = {
        "",         "a",          "1",        " ",        "\t",        " a ",
        "aa1",      "11 1",       "\xE9",     "\xC3\xA9", "\x80 1",    "\"a\"",
        "\"\"",     "\"a,;1\"",   "\"\"\"\"", "\"\n\"",   "\"a\r\n\"", " \"a\" ",
        "\"\xE9\"", "\"a\"\"1\"", "\xA0",     "\"\t\r\"", "abcdefgh1", "\"aaaaaaaaaaaa\""};
    static const char *const rare[] = {"a\"", "\"a\" a", "\"", "a\"a\"", "\"\"\"", "\"\"a\"\""};
    static const char *const ends[] = {",",  ",", ",",  ",",    ",",  ",",    "\n",
                                       "\n", ";", "\t", "\r\n", "\r", "\n\n", " \n"};
    const size_t wanted = random_next(state) % capacity;
    size_t n = 0;

    while (n + 20 < wanted) {
        const uint64_t dice = random_next(state);
        const char *const cell =
            dice % 200 == 0 ? rare[(dice >> 8) % COUNT(rare)] : cells[(dice >> 8) % COUNT(cells)];
        const char *const end = ends[(dice >> 32) % COUNT(ends)];
        memcpy(text + n, cell, strlen(cell));
        n += strlen(cell);
        memcpy(text + n, end, strlen(end));
        n += strlen(end);
        if ((dice >> 48) % 500 == 0) {
            text[n++] = '\0';
        }
    }
    return n;
}

/* Bytes of a small alphabet: short texts of these meet every odd combination. */
static size_t random_bytes(uint64_t *state, char *text, size_t capacity)
{
    static const char alphabet[] = ",,,;\t\"\"\r\n\n aa\xE9\xA0\xC3"
                                   "1\0";
    const size_t n = random_next(state) % capacity;

    for (size_t i = 0; i < n; i++) {
        text[i] = alphabet[random_next(state) % (sizeof alphabet - 1)];
    }
    return n;
}

static void check_same(size_t round, const char *text, size_t n, const struct record *expected,
                       const struct record *got, const char *what)
{
    if (strcmp(expected->text, got->text) != 0 || !same_fault(&expected->fault, &got->fault) ||
        got->broken != NULL || strlen(got->text) != got->n) {
        for (size_t i = 0; i < n; i++) {
            (void)fprintf(stderr, "\\x%02X", (unsigned)(unsigned char)text[i]);
        }
        fail_msg("round %zu: %s: expected\n%s%zu:%zu %s\ngot\n%s%zu:%zu %s", round, what,
                 expected->text, expected->fault.row, expected->fault.column,
                 expected->fault.detail, got->text, got->fault.row, got->fault.column,
                 got->fault.detail);
    }
}

struct readers {
    struct rows *rows[3][4]; /* owned: by separator and reader */
    struct record expected, got;
};

static void check_random(struct readers *readers, size_t round, const char *text, size_t n)
{
    static const char separators[] = {',', ';', '\t'};
    static const size_t capacities[] = {1, 3, 100, 1000};
    const size_t separator = round % 3;
    struct how how = {.capacity = capacities[round / 3 % COUNT(capacities)],
                      .padding = "\n\",\r"[round % 4]};

    record_rows(readers->rows[separator][0], &how, text, n, &readers->expected);
    record_delimited(text, n, separators[separator], &readers->got);
    check_same(round, text, n, &readers->got, &readers->expected, "delimited");
    for (how.reader = 1; how.reader < n_readers(); how.reader++) {
        record_rows(readers->rows[separator][how.reader], &how, text, n, &readers->got);
        check_same(round, text, n, &readers->expected, &readers->got, "quick");
        assert_int_equal(readers->expected.n_lines, readers->got.n_lines);
    }
}

/* The record lane reads as delimited_parse() does, and the quick ones as the record lane. */
static void test_random(void **state)
{
    uint64_t random = 20240501;
    struct readers readers = {0};
    char *const text = malloc(100000);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 12; i++) {
        if (i % 4 < n_readers()) {
            readers.rows[i / 4][i % 4] = reader_new(i % 4, ",;\t"[i / 4]);
            assert_non_null(readers.rows[i / 4][i % 4]);
        }
    }
    for (size_t round = 0; round < 60000; round++) {
        const size_t n = round % 2 == 0     ? random_bytes(&random, text, 40)
                         : round % 100 == 1 ? random_text(&random, text, 60000)
                                            : random_text(&random, text, 600);
        check_random(&readers, round, text, n);
    }
    for (size_t i = 0; i < 12; i++) {
        rows_free(readers.rows[i / 4][i % 4]);
    }
    record_free(&readers.expected);
    record_free(&readers.got);
    free(text);
}

#define MARKED_MAX 700

/* Marks with their arrays. */
struct marked {
    struct marks marks;
    uint64_t ends[MARKED_MAX / MARKS_BYTES + 1];
    struct line_mark lines[MARKED_MAX + MARKS_SLACK];
    uint32_t odd[MARKED_MAX];
};

static void marked_begin(struct marked *marked)
{
    memset(marked, 0, sizeof *marked);
    marked->marks =
        (struct marks){.ends = marked->ends, .lines = marked->lines, .odd = marked->odd};
}

/* What marks.h says, byte by byte. */
static void mark_plainly(struct marks *m, const char *text, size_t n, char separator)
{
    for (uint32_t i = 0; i < n; i++) {
        const bool is_pair = text[i] == '\n' && m->after_cr != 0;
        const bool is_line_end = (text[i] == '\n' && !is_pair) || text[i] == '\r';
        m->after_cr = text[i] == '\r';
        if (text[i] == '"') {
            m->inside = ~m->inside;
        }
        if (text[i] == '"' || text[i] == '\0') {
            m->odd[m->n_odd++] = i;
        }
        if (m->inside == 0 && (is_line_end || text[i] == separator)) {
            m->ends[i / 64] |= (uint64_t)1 << i % 64;
            m->n_ends++;
        }
        if (m->inside == 0 && is_line_end) {
            m->lines[m->n_lines++] = (struct line_mark){i, m->n_ends};
        }
    }
}

static void check_marks(const struct marks *a, const struct marks *b, size_t n, const char *name)
{
    if (a->n_ends != b->n_ends || a->n_lines != b->n_lines || a->n_odd != b->n_odd ||
        a->inside != b->inside || a->after_cr != b->after_cr ||
        memcmp(a->ends, b->ends, (n + 63) / 64 * sizeof *a->ends) != 0 ||
        memcmp(a->lines, b->lines, a->n_lines * sizeof *a->lines) != 0 ||
        memcmp(a->odd, b->odd, a->n_odd * sizeof *a->odd) != 0) {
        fail_msg("%s: other marks than byte by byte", name);
    }
}

/* Texts of which every byte matters, marked in two windows, the second with all kinds behind it. */
static void test_marks(void **state)
{
    struct marker known[MARKERS_MAX];
    const size_t n_known = markers(known);
    struct marked expected, got;
    char text[MARKED_MAX + 64];
    uint64_t random = 7;

    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        const char separator = ",;\t"[round % 3];
        const size_t n = random_bytes(&random, text, MARKED_MAX);
        const size_t first = random_next(&random) % (n / 64 + 1) * 64;
        for (size_t i = n; i < n + 64; i++) {
            text[i] = ",\n\"\r\0x"[random_next(&random) % 6];
        }
        marked_begin(&expected);
        mark_plainly(&expected.marks, text, n, separator);
        for (size_t i = 0; i < n_known; i++) {
            marked_begin(&got);
            known[i].find(&got.marks, text, 0, first, separator);
            known[i].find(&got.marks, text, first, n, separator);
            if (n % 64 != 0) { /* at the end of the text nobody asks any more */
                got.marks.after_cr = expected.marks.after_cr;
                got.marks.inside = expected.marks.inside;
            }
            check_marks(&expected.marks, &got.marks, n, known[i].name);
        }
    }
}

/* clang-format off */
static const struct {
    const char *bytes;
    size_t n;
    char separator;
} headers[] = {
    {BYTES(""), ','},
    {BYTES("a"), ','},
    {BYTES("a;b,c\n;;;"), ','},
    {BYTES("a;b;c,d\n,,,"), ';'},
    {BYTES("a\tb"), '\t'},
    {BYTES("a;b\tc;d\te\n"), ';'},
    {BYTES("\"a,,,\"\"\n,\";b\n"), ';'},
    {BYTES("\t\t\t\n \t\r\n\ra;b\n"), ';'},
    {BYTES("\t\t\t"), '\t'},
    {BYTES("a;b\r,,\n"), ';'},
    {BYTES("a;b \n,,\n"), ';'},
    {BYTES("\"\n\";b\n,,\n"), ';'},
    {BYTES("\n\"\"\n;"), ','},
};
/* clang-format on */

static void test_separator(void **state)
{
    const size_t mib = 1024 * 1024;
    char *const text = malloc(mib + 2);

    (void)state;
    for (size_t i = 0; i < COUNT(headers); i++) {
        if (separator_of(headers[i].bytes, headers[i].n) != headers[i].separator) {
            fail_msg("header %zu: got %d", i, separator_of(headers[i].bytes, headers[i].n));
        }
    }
    /* of a longer header its first MiB counts */
    assert_non_null(text);
    memset(text, 'x', mib + 2);
    text[mib] = ';';
    text[mib + 1] = ';';
    assert_int_equal(separator_of(text, mib + 2), ',');
    text[mib - 1] = '\t';
    assert_int_equal(separator_of(text, mib + 2), '\t');
    free(text);
}

/* The allocation that fails, counted down; the linker puts these in the place of the library's.
   Mutable, since there is no other way into malloc. */
static size_t allocations_left = SIZE_MAX;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are ld's */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__wrap_calloc(size_t count, size_t n);
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

void *__wrap_calloc(size_t count, size_t n)
{
    return allocation_allowed() ? __real_calloc(count, n) : NULL;
}

void *__wrap_realloc(void *memory, size_t n)
{
    return allocation_allowed() ? __real_realloc(memory, n) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Reads `text` and its cells. FAULT_MEMORY, or how reading ended. */
static enum fault_code read_all(size_t reader, const char *text, size_t n)
{
    struct rows *const rows = reader_new(reader, ',');
    struct raw_row batch[8];
    struct text_room room = {0};
    struct fault fault;
    struct cell cell;
    size_t n_rows;

    if (rows == NULL) {
        return FAULT_MEMORY;
    }
    rows_begin(rows, "x.csv", text, n);
    do {
        fault = rows_next(rows, batch, COUNT(batch), &n_rows);
        for (size_t i = 0; i < n_rows && fault.code == FAULT_NONE; i++) {
            for (size_t k = 0; k < batch[i].n_cells && fault.code == FAULT_NONE; k++) {
                fault = raw_cell_text(&batch[i], k, &room, &cell) ? FAULT_FREE : fault_memory();
            }
        }
    } while (fault.code == FAULT_NONE && n_rows > 0);
    free(room.bytes);
    rows_free(rows);
    return fault.code;
}

static void test_no_memory(void **state)
{
    static const char bytes[] = "a,b\n\"1\",\xE9\n \"2\",3\n4,a long cell that is no ASCII: \xE9\n";
    char text[sizeof bytes + TEXT_PADDING] = {0};

    (void)state;
    memcpy(text, bytes, sizeof bytes - 1);
    for (size_t reader = 0; reader < n_readers(); reader++) {
        size_t allowed = 0;
        enum fault_code code;
        do {
            allowed++;
            allocations_left = allowed;
            code = read_all(reader, text, sizeof bytes - 1);
            allocations_left = SIZE_MAX;
            assert_true(code == FAULT_MEMORY || code == FAULT_NONE);
        } while (code == FAULT_MEMORY);
        assert_in_range(allowed, 8, 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_bad),
        cmocka_unit_test(test_pieces),    cmocka_unit_test(test_large),
        cmocka_unit_test(test_random),    cmocka_unit_test(test_marks),
        cmocka_unit_test(test_separator), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
