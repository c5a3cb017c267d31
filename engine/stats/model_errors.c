/* engine/stats/model_errors.c - how sure a fitted model is of its means: by Kenward & Roger, by
   Satterthwaite, or by a sandwich that does not rest on the structure of V.

   With Phi, Bi and W as in model_likelihood.c, C = J I^-1 J' the covariance of V's elements:

       Kenward-Roger      Phi + 2 Phi (sum Cij (Qij - Bi Phi Bj)) Phi,  Qij = sum n W Vi W Vj W
       their df, and Satterthwaite's      2 (c'Phi c)^2 / (g'C g),  gi = (Phi c)'Bi (Phi c)
       CR2                Phi (sum K R K') Phi,  K = W A,  A = L (L'B L)^(-1/2) L',  V = L L',
                          B = V - Phi at the pattern's stages
       its df             (sum G)^2 / (sum of squares of G), G over pairs of people:
                          w'V w delta - z'Phi z*,  w = K'(Phi c), z = w at the pattern's stages */
#include "engine/stats/model_room.h"

#include <math.h>
#include <string.h>
#include "engine/stats/symmetric.h"

/* An eigenvalue of CR2's B below this part of the largest is that of a direction in which the person
   decides the fit alone. */
#define LEAST_EIGENVALUE 1e-10

/* J I^-1 J', I the expected information. */
static bool find_parameter_covariance(struct model_room *room)
{
    const size_t n = room->n_pairs, q = room->q;
    if (!symmetric_root(room->information, q, 1e-13, room->root)) {
        return false;
    }
    if (room->structure == MODEL_UNSTRUCTURED) {
        symmetric_inverse(room->root, q, room->inverse);
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        symmetric_solve(room->root, q, &room->jacobian[i * q], &room->work[i * q]);
    }
    for (size_t i = 0; i < n * n; i++) {
        double sum = 0.0;
        for (size_t p = 0; p < q; p++) {
            sum += room->jacobian[i / n * q + p] * room->work[i % n * q + p];
        }
        room->inverse[i] = sum;
    }
    return true;
}

/* --- Kenward & Roger --- */

/* Adds sum Cij Qij of one pattern. C speaks of pairs; here V's two triangles count apart. */
static void add_q(const struct model_room *room, const struct model_pattern *pattern, double sum[])
{
    const size_t m = pattern->n_stages, k = room->k;
    const double *const w = pattern->inverse;
    double inner[MODEL_SQUARE];
    for (size_t a = 0; a < m; a++) {
        for (size_t d = 0; d < m; d++) {
            inner[a * m + d] = 0.0;
            for (size_t b = 0; b < m; b++) {
                const double *const row =
                    &room->inverse[model_pair(pattern->stages[a], pattern->stages[b]) *
                                   room->n_pairs];
                for (size_t c = 0; c < m; c++) {
                    inner[a * m + d] +=
                        row[model_pair(pattern->stages[c], pattern->stages[d])] * w[b * m + c];
                }
            }
        }
    }
    for (size_t a = 0; a < m; a++) {
        for (size_t d = 0; d < m; d++) {
            sum[pattern->stages[a] * k + pattern->stages[d]] +=
                pattern->n * symmetric_form(inner, m, &w[a * m], &w[d * m]);
        }
    }
}

/* Takes off sum Cij Bi Phi Bj. */
static void subtract_p(const struct model_room *room, double sum[])
{
    const size_t k = room->k, n = room->n_pairs;
    for (size_t i = 0; i < n; i++) {
        double z[MODEL_PAIRS] = {0}; /* sum of Cij Bj over j */
        for (size_t j = 0; j < n; j++) {
            for (size_t e = 0; e < n; e++) {
                z[e] += room->inverse[i * n + j] * room->spread[j * n + e];
            }
        }
        for (size_t a = 0; a < k; a++) {
            double half[MODEL_STAGES] = {0}; /* row a of Bi Phi */
            for (size_t b = 0; b < k; b++) {
                for (size_t c = 0; c < k; c++) {
                    half[c] += room->spread[i * n + model_pair(a, b)] * room->phi[b * k + c];
                }
            }
            for (size_t d = 0; d < k; d++) {
                for (size_t c = 0; c < k; c++) {
                    sum[a * k + d] -= half[c] * z[model_pair(c, d)];
                }
            }
        }
    }
}

static void adjust(struct model_room *room)
{
    const size_t k = room->k;
    double sum[MODEL_SQUARE] = {0};
    for (size_t i = 0; i < room->n_patterns; i++) {
        add_q(room, &room->patterns[i], sum);
    }
    subtract_p(room, sum);
    for (size_t a = 0; a < k; a++) {
        for (size_t b = 0; b < k; b++) {
            room->adjusted[a * k + b] =
                room->phi[a * k + b] +
                2.0 * symmetric_form(sum, k, &room->phi[a * k], &room->phi[b * k]);
        }
    }
}

/* --- CR2 --- */

/* K = W A of a pattern, with B = V - Phi. */
static void find_leverage(const struct model_room *room, const struct model_pattern *pattern,
                          double leverage[])
{
    const size_t m = pattern->n_stages, k = room->k;
    double root[MODEL_SQUARE], inner[MODEL_SQUARE], power[MODEL_SQUARE], b[MODEL_SQUARE];
    for (size_t i = 0; i < m * m; i++) {
        const size_t at = pattern->stages[i / m] * k + pattern->stages[i % m];
        root[i] = room->v[at];
        b[i] = room->v[at] - room->phi[at];
    }
    /* It passed in the fit. */
    (void)symmetric_root(root, m, 0.0, root);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) {
            double sum = 0.0;
            for (size_t r = i; r < m; r++) {
                for (size_t s = j; s < m; s++) {
                    /* cppcheck-suppress uninitvar ; filled above */
                    sum += root[r * m + i] * b[r * m + s] * root[s * m + j];
                }
            }
            inner[i * m + j] = sum;
        }
    }
    symmetric_inverse_root(inner, m, LEAST_EIGENVALUE, power);
    /* W A = L'^-1 (..)^(-1/2) L': first b = (..)^(-1/2) L' */
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) {
            double sum = 0.0;
            for (size_t r = 0; r <= j; r++) {
                sum += power[i * m + r] * root[j * m + r];
            }
            b[i * m + j] = sum;
        }
    }
    for (size_t j = 0; j < m; j++) {
        for (size_t i = m; i-- > 0;) {
            double sum = b[i * m + j];
            for (size_t r = i + 1; r < m; r++) {
                sum -= root[r * m + i] * leverage[r * m + j];
            }
            leverage[i * m + j] = sum / root[i * m + i];
        }
    }
}

static void sandwich(struct model_room *room)
{
    const size_t k = room->k;
    double meat[MODEL_SQUARE] = {0};
    for (size_t i = 0; i < room->n_patterns; i++) {
        const struct model_pattern *const p = &room->patterns[i];
        const size_t m = p->n_stages;
        double *const leverage = &room->leverage[i * k * k];
        double squares[MODEL_SQUARE];
        find_leverage(room, p, leverage);
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                squares[a * m + b] =
                    p->scatter[a * m + b] + p->n * (p->mean[a] - room->mean[p->stages[a]]) *
                                                (p->mean[b] - room->mean[p->stages[b]]);
            }
        }
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                meat[p->stages[a] * k + p->stages[b]] +=
                    symmetric_form(squares, m, &leverage[a * m], &leverage[b * m]);
            }
        }
    }
    for (size_t a = 0; a < k; a++) {
        for (size_t b = 0; b < k; b++) {
            room->adjusted[a * k + b] =
                symmetric_form(meat, k, &room->phi[a * k], &room->phi[b * k]);
        }
    }
}

static double sandwich_df(const struct model_room *room, const double weights[])
{
    const size_t k = room->k;
    double trace = 0.0, squares = 0.0, outer[MODEL_SQUARE] = {0};
    for (size_t i = 0; i < room->n_patterns; i++) {
        const struct model_pattern *const p = &room->patterns[i];
        const size_t m = p->n_stages;
        const double *const leverage = &room->leverage[i * k * k];
        double z[MODEL_STAGES] = {0}, y[MODEL_STAGES] = {0}, own, other;
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                z[p->stages[b]] += leverage[a * m + b] * weights[p->stages[a]];
            }
        }
        /* y = C'z, Phi = C C': z'Phi z* of two people is y'y* */
        for (size_t a = 0; a < k; a++) {
            for (size_t b = a; b < k; b++) {
                y[a] += room->phi_root[b * k + a] * z[b];
            }
        }
        other = 0.0;
        for (size_t a = 0; a < k; a++) {
            other += y[a] * y[a];
            for (size_t b = 0; b < k; b++) {
                outer[a * k + b] += p->n * y[a] * y[b];
            }
        }
        own = symmetric_form(room->v, k, z, z) - other;
        trace += p->n * own;
        squares += p->n * (own * own - other * other);
    }
    for (size_t i = 0; i < k * k; i++) {
        squares += outer[i] * outer[i];
    }
    return trace * trace / squares;
}

/* --- all --- */

bool model_make_errors(struct model_room *room)
{
    if (room->errors == MODEL_ROBUST) {
        sandwich(room);
        return symmetric_root(room->phi, room->k, 0.0, room->phi_root);
    }
    if (!find_parameter_covariance(room)) {
        return false;
    }
    if (room->errors == MODEL_KENWARD_ROGER) {
        adjust(room);
    } else {
        memcpy(room->adjusted, room->phi, sizeof room->adjusted);
    }
    return true;
}

double model_mean_error(const struct model_room *room, size_t place)
{
    return sqrt(room->adjusted[place * (room->k + 1)]);
}

void model_change_error(const struct model_room *room, size_t first, size_t last, double *se,
                        double *df)
{
    const size_t k = room->k, n = room->n_pairs;
    double weights[MODEL_STAGES] = {0}, slopes[MODEL_PAIRS], plain, error;
    error = room->adjusted[first * (k + 1)] + room->adjusted[last * (k + 1)] -
            2.0 * room->adjusted[first * k + last];
    *se = sqrt(error);
    for (size_t a = 0; a < k; a++) {
        weights[a] = room->phi[a * k + last] - room->phi[a * k + first];
    }
    if (room->errors == MODEL_ROBUST) {
        *df = sandwich_df(room, weights);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        slopes[i] = 0.0;
        for (size_t a = 0; a < k; a++) {
            for (size_t b = 0; b < k; b++) {
                slopes[i] += room->spread[i * n + model_pair(a, b)] * weights[a] * weights[b];
            }
        }
    }
    plain = weights[last] - weights[first];
    *df = 2.0 * plain * plain / symmetric_form(room->inverse, n, slopes, slopes);
}
