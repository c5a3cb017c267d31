#include "engine/stats/band_change.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "engine/stats/chi_square.h"
#include "engine/stats/sign_test.h"

/* The bands not yet eliminated, as places that people moved between: how many, either way, and how
   many more left a place than came. */
struct moves {
    double between[BAND_CHANGE_BANDS][BAND_CHANGE_BANDS];
    double net[BAND_CHANGE_BANDS];
    size_t n;
};

static struct moves moves_of(const struct band_table *table)
{
    struct moves moves = {.n = table->n_bands};
    for (size_t i = 0; i < table->n_bands; i++) {
        int64_t net = 0;
        for (size_t j = 0; j < table->n_bands; j++) {
            const uint64_t out = table->counts[i * table->n_bands + j];
            const uint64_t in = table->counts[j * table->n_bands + i];
            moves.between[i][j] = i == j ? 0.0 : (double)(out + in);
            net += (int64_t)out - (int64_t)in;
        }
        moves.net[i] = (double)net;
    }
    return moves;
}

/* Takes the last band out: d' S^- d is its own part, which is returned, and that of the others once
   what it was joined to is joined directly. *has_moved: it was joined to anything. */
static double eliminate(struct moves *moves, bool *has_moved)
{
    const size_t last = --moves->n;
    const double *const joined = moves->between[last];
    const double net = moves->net[last];
    double all = 0.0;
    for (size_t i = 0; i < last; i++) {
        all += joined[i];
    }
    *has_moved = all > 0.0;
    if (!*has_moved) {
        return 0.0;
    }
    for (size_t i = 0; i < last; i++) {
        moves->net[i] += joined[i] / all * net;
        for (size_t j = 0; j < last; j++) {
            moves->between[i][j] += i == j ? 0.0 : joined[i] / all * joined[j];
        }
    }
    return net / all * net;
}

static void stuart_maxwell(const struct band_table *table, struct band_change *change)
{
    struct moves moves = moves_of(table);
    double chi2 = 0.0;
    change->stuart_maxwell_df = 0;
    while (moves.n > 0) {
        bool has_moved;
        chi2 += eliminate(&moves, &has_moved);
        change->stuart_maxwell_df += has_moved ? 1 : 0;
    }
    change->stuart_maxwell_chi2 = change->stuart_maxwell_df > 0 ? chi2 : NAN;
    change->p_stuart_maxwell =
        chi_square_upper(change->stuart_maxwell_chi2, change->stuart_maxwell_df);
}

struct band_change band_change(const struct band_table *table, size_t n_usual)
{
    struct band_change change = {0};
    uint64_t up = 0, down = 0;
    assert(table->n_bands <= BAND_CHANGE_BANDS);
    for (size_t from = 0; from < table->n_bands; from++) {
        for (size_t to = 0; to < table->n_bands; to++) {
            const uint64_t count = table->counts[from * table->n_bands + to];
            change.better += to < from ? count : 0;
            change.same += to == from ? count : 0;
            change.worse += to > from ? count : 0;
            change.raised_before += from >= n_usual ? count : 0;
            change.raised_after += to >= n_usual ? count : 0;
            up += from < n_usual && to >= n_usual ? count : 0;
            down += from >= n_usual && to < n_usual ? count : 0;
        }
    }
    change.p_mcnemar = sign_test(up, down);
    stuart_maxwell(table, &change);
    return change;
}
