#include "io/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MOST_EDITS 4
#define BAND (2 * MOST_EDITS + 1) /* places in one word that can match a place in the other */
#define FAR (MOST_EDITS + 1)

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned char lower(char c)
{
    const unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

static bool same(char a, char b)
{
    return lower(a) == lower(b);
}

/* One cell of the table: the edits between the first i letters of a and the first j of b, from the
   rows above it. Rows hold the band around the diagonal: place k of row i is j = i + k - 4. */
static unsigned cell(const char *a, const char *b, size_t i, size_t j, size_t k,
                     unsigned rows[3][BAND])
{
    const unsigned *const before = rows[(i + 1) % 3], *const above = rows[(i + 2) % 3],
                          *const row = rows[i % 3];
    unsigned best = above[k] + (same(a[i - 1], b[j - 1]) ? 0u : 1u);
    if (k + 1 < BAND) {
        best = least(best, above[k + 1] + 1);
    }
    if (k > 0) {
        best = least(best, row[k - 1] + 1);
    }
    if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        best = least(best, before[k] + 1);
    }
    return best;
}

/* Edits between two words, or FAR where there are more than MOST_EDITS: "optimal string alignment".
   Only the band around the diagonal can hold so few, so words may be of any length. */
static unsigned edits(const char *a, const char *b)
{
    const size_t n_a = strlen(a), n_b = strlen(b);
    unsigned rows[3][BAND]; /* row i - 2, i - 1 and i of the table, in turn */
    if (n_a > n_b + MOST_EDITS || n_b > n_a + MOST_EDITS) {
        return FAR;
    }
    for (size_t i = 0; i <= n_a; i++) {
        unsigned *const row = rows[i % 3];
        unsigned best = FAR;
        for (size_t k = 0; k < BAND; k++) {
            row[k] = FAR;
            if (i + k < MOST_EDITS || i + k - MOST_EDITS > n_b) {
                continue; /* outside b */
            }
            const size_t j = i + k - MOST_EDITS;
            if (i == 0 || j == 0) {
                row[k] = (unsigned)(i + j);
            } else {
                row[k] = cell(a, b, i, j, k, rows);
            }
            best = least(best, row[k]);
        }
        if (best >= FAR) {
            return FAR;
        }
    }
    return least(rows[n_a % 3][n_b + MOST_EDITS - n_a], FAR);
}

const char *nearest_word(const char *word, const char *const words[], size_t n)
{
    const size_t third = strlen(word) / 3;
    const unsigned allowed = third < 1 ? 1 : third > MOST_EDITS ? MOST_EDITS : (unsigned)third;
    const char *nearest = NULL;
    unsigned fewest = allowed + 1;
    for (size_t i = 0; i < n; i++) {
        const unsigned distance = edits(word, words[i]);
        /* "a" for "b" is one edit, but no slip: some of the word has to be right. */
        const bool changes_all = distance >= strlen(word) && distance >= strlen(words[i]);
        if (distance < fewest && !changes_all) {
            fewest = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
