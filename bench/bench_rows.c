/* bench/bench_rows.c - how long rows_next() takes for a row, by lane and implementation.

   usage: bench_rows [SECONDS]   (for each line; 0.5 when not given) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "io/read/marks.h"
#include "io/read/rows.h"

#define PIECE ((size_t)256 * 1024)
#define BATCH 512

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A piece of text of rows of 69 bytes; every tenth has a quoted comment instead of a place, where
   that is wanted. */
struct piece {
    char *text; /* owned */
    size_t n;
};

static struct piece piece_make(const char *line_end, bool comments)
{
    struct piece piece = {.text = malloc(PIECE + TEXT_PADDING)};
    char row[160];

    if (piece.text == NULL) {
        exit(EXIT_FAILURE);
    }
    for (unsigned i = 0;; i++) {
        const char *const place = comments && i % 10 == 3 ? "\"moved away, came back\"" : "start";
        const int n = snprintf(row, sizeof row,
                               "P%07u,F%07u,7,2018,%s,2018-03-05,3,4,3,,5,2,3,4,3,4,3,4,3,2%s",
                               i % 10000000, i % 7919, place, line_end);
        if (piece.n + (size_t)n > PIECE) {
            return piece;
        }
        memcpy(piece.text + piece.n, row, (size_t)n);
        piece.n += (size_t)n;
    }
}

/* Reads the piece once and returns the number of its rows. */
static size_t read_once(struct rows *rows, const struct piece *piece)
{
    struct raw_row batch[BATCH];
    size_t n_rows = 0, n;

    rows_begin(rows, "bench", piece->text, piece->n);
    do {
        const struct fault fault = rows_next(rows, batch, BATCH, &n);
        if (fault.code != FAULT_NONE) {
            (void)fprintf(stderr, "%zu:%zu: %s\n", fault.row, fault.column, fault.detail);
            exit(EXIT_FAILURE);
        }
        n_rows += n;
    } while (n > 0);
    return n_rows;
}

/* The best of all times: what else the computer does only ever makes them longer. */
static void measure(const char *what, const char *name, struct rows *rows,
                    const struct piece *piece, double seconds)
{
    const double end = now() + seconds;
    double best = 1e9;
    size_t n_rows = 0;

    if (rows == NULL) {
        exit(EXIT_FAILURE);
    }
    while (now() < end) {
        const double begin = now();
        double took;
        n_rows = read_once(rows, piece);
        took = now() - begin;
        best = took < best ? took : best;
    }
    printf("%-22s %-12s %8.2f ns a row %8.2f GB/s\n", what, name, best * 1e9 / (double)n_rows,
           (double)piece->n / best * 1e-9);
    rows_free(rows);
}

static void measure_all(const char *what, struct piece piece, double seconds)
{
    struct marker known[MARKERS_MAX];
    const size_t n = markers(known);

    for (size_t i = 0; i < n; i++) {
        struct rows *const rows = rows_new(',', QUICK_AND_RECORD_LANE);
        if (rows != NULL) {
            rows_use_marker(rows, &known[i]);
        }
        measure(what, known[i].name, rows, &piece, seconds);
    }
    measure(what, "record lane", rows_new(',', RECORD_LANE), &piece, seconds);
    free(piece.text);
}

int main(int argc, char *argv[])
{
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.5;

    measure_all("plain", piece_make("\n", false), seconds);
    measure_all("CR LF", piece_make("\r\n", false), seconds);
    measure_all("a tenth with a comment", piece_make("\n", true), seconds);
    return EXIT_SUCCESS;
}
