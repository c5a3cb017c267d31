/* engine/stats/model_likelihood.c - the restricted likelihood of a repeated-measures model and its
   derivatives, by patterns.

   With W = V^-1 at a pattern's stages, Phi = (sum n W)^-1, M = W Phi W, R = sum of r r' over its people,
   G = W R W and H = G + n M, for elements (or parameters) i and j of V:

       dl/dV      = sum (H - n W) / 2
       expected   = sum tr(X Vi W Vj) + tr(Phi Bi Phi Bj) / 2,  X = n W / 2 - n M
       observed   = sum tr(X Vi W Vj) - bi' Phi bj - tr(Phi Bi Phi Bj) / 2,  X = H - n W / 2
       Bi = sum n W Vi W,  bi = sum n W Vi W (mean of r)

   Vi has two ones (at (a, b) and (b, a)), or one on the diagonal, so that every trace is a sum of
   products of two elements.
   source    Gilmour, Thompson & Cullis (1995), Biometrics 51(4):1440-1450, doi:10.2307/2533274
             (observed = twice their average information - expected);
             Kenward & Roger (1997), doi:10.2307/2533558 (expected information) */
#include "engine/stats/model_room.h"

#include <math.h>
#include <string.h>
#include "engine/stats/symmetric.h"

#define LN_2_PI 1.8378770664093454836

/* --- V and its parameters --- */

bool model_covariance(struct model_room *room, double least)
{
    const size_t k = room->k;
    const double *const p = room->parameters;
    double correlations[MODEL_SQUARE];
    for (size_t a = 0; a < k; a++) {
        for (size_t b = 0; b < k; b++) {
            room->v[a * k + b] = room->structure == MODEL_UNSTRUCTURED ? p[model_pair(a, b)]
                                 : room->structure == MODEL_HETEROGENEOUS
                                     ? p[a] * p[b] * (a == b ? 1.0 : p[k])
                                     : p[1] + (a == b ? p[0] : 0.0);
        }
    }
    for (size_t a = 0; a < k; a++) {
        /* An SD below 0 is not caught by its square. */
        if (!(room->v[a * k + a] > 0.0) ||
            (room->structure == MODEL_HETEROGENEOUS && p[a] <= 0.0)) {
            return false;
        }
    }
    for (size_t i = 0; i < k * k; i++) {
        correlations[i] =
            room->v[i] / sqrt(room->v[i / k * (k + 1)]) / sqrt(room->v[i % k * (k + 1)]);
    }
    return symmetric_root(correlations, k, least, correlations);
}

static void find_jacobian(struct model_room *room)
{
    const size_t k = room->k, q = room->q;
    const double *const p = room->parameters;
    memset(room->jacobian, 0, room->n_pairs * q * sizeof *room->jacobian);
    for (size_t a = 0; a < k; a++) {
        for (size_t b = 0; b <= a; b++) {
            double *const row = &room->jacobian[model_pair(a, b) * q];
            if (room->structure == MODEL_UNSTRUCTURED) {
                row[model_pair(a, b)] = 1.0;
            } else if (room->structure == MODEL_COMPOUND) {
                row[0] = a == b ? 1.0 : 0.0;
                row[1] = 1.0;
            } else if (a == b) {
                row[a] = 2.0 * p[a];
            } else {
                row[a] = p[k] * p[b];
                row[b] = p[k] * p[a];
                row[k] = p[a] * p[b];
            }
        }
    }
}

/* --- the likelihood --- */

static void take(const double from[], size_t k, const struct model_pattern *pattern, double out[])
{
    const size_t m = pattern->n_stages;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            out[a * m + b] = from[pattern->stages[a] * k + pattern->stages[b]];
        }
    }
}

/* Means at the stages, whose sums of weights are in phi. */
static bool find_means(struct model_room *room, const double weighted[], double *log_det)
{
    double root[MODEL_SQUARE];
    if (!symmetric_root(room->phi, room->k, 0.0, root)) {
        return false;
    }
    *log_det += symmetric_log_det(root, room->k);
    symmetric_solve(root, room->k, weighted, room->mean);
    symmetric_inverse(root, room->k, room->phi);
    return true;
}

/* Sum of n W and of n W mean; W of every pattern. */
static bool add_up_weights(struct model_room *room, double weighted[], double *log_det)
{
    const size_t k = room->k;
    memset(room->phi, 0, sizeof room->phi);
    for (size_t i = 0; i < room->n_patterns; i++) {
        struct model_pattern *const pattern = &room->patterns[i];
        const size_t m = pattern->n_stages;
        double root[MODEL_SQUARE];
        take(room->v, k, pattern, root);
        if (!symmetric_root(root, m, 0.0, root)) {
            return false;
        }
        *log_det += pattern->n * symmetric_log_det(root, m);
        symmetric_inverse(root, m, pattern->inverse);
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                const double w = pattern->n * pattern->inverse[a * m + b];
                room->phi[pattern->stages[a] * k + pattern->stages[b]] += w;
                weighted[pattern->stages[a]] += w * pattern->mean[b];
            }
        }
    }
    return true;
}

static void rest_of(const struct model_room *room, const struct model_pattern *pattern,
                    double rest[])
{
    for (size_t a = 0; a < pattern->n_stages; a++) {
        rest[a] = pattern->mean[a] - room->mean[pattern->stages[a]];
    }
}

bool model_likelihood(struct model_room *room)
{
    double weighted[MODEL_STAGES] = {0};
    double log_det = 0.0, squares = 0.0;
    if (!add_up_weights(room, weighted, &log_det) || !find_means(room, weighted, &log_det)) {
        return false;
    }
    for (size_t i = 0; i < room->n_patterns; i++) {
        const struct model_pattern *const pattern = &room->patterns[i];
        const size_t m = pattern->n_stages;
        double rest[MODEL_STAGES];
        rest_of(room, pattern, rest);
        squares += pattern->n * symmetric_form(pattern->inverse, m, rest, rest);
        for (size_t j = 0; j < m * m; j++) {
            squares += pattern->inverse[j] * pattern->scatter[j];
        }
    }
    room->loglik = -0.5 * ((room->n_scores - (double)room->k) * LN_2_PI + log_det + squares);
    return isfinite(room->loglik);
}

/* --- derivatives --- */

/* c = a b of m x m matrices. */
static void multiply(const double a[], const double b[], size_t m, double c[])
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) {
            double sum = 0.0;
            for (size_t l = 0; l < m; l++) {
                sum += a[i * m + l] * b[l * m + j];
            }
            c[i * m + j] = sum;
        }
    }
}

/* W X W of a symmetric X. */
static void surround(const double w[], const double x[], size_t m, double out[])
{
    double half[MODEL_SQUARE];
    multiply(w, x, m, half);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t l = 0; l < m; l++) {
                sum += half[i * m + l] * w[j * m + l];
            }
            out[i * m + j] = out[j * m + i] = sum;
        }
    }
}

/* What derivatives sum up over patterns, by pairs: elements of Bi, tr(X Vi W Vj) and bi. On the
   diagonal Vi counts twice until the end. */
struct sums {
    double *spread, *traces;
    double *pulls; /* n_pairs * k */
};

/* The products of (a, b) with the pairs up to it; the other triangle is the same. `pairs` are where the
   pattern's pairs stand among all. */
static void add_products(const struct model_room *room, const struct model_pattern *pattern,
                         const unsigned char pairs[], const double x[], size_t a, size_t b,
                         struct sums *sums)
{
    const size_t m = pattern->n_stages, row = pairs[model_pair(a, b)] * room->n_pairs;
    const double *const w_a = &pattern->inverse[a * m], *const w_b = &pattern->inverse[b * m];
    const double *const x_a = &x[a * m], *const x_b = &x[b * m];
    double *const spread = sums->spread + row, *const traces = sums->traces + row;
    size_t at = 0;
    for (size_t c = 0; c <= a; c++) {
        const double n_ac = pattern->n * w_a[c], n_bc = pattern->n * w_b[c];
        const double w_ac = w_a[c], w_bc = w_b[c], x_ac = x_a[c], x_bc = x_b[c];
        const size_t last = c < a ? c : b;
        for (size_t d = 0; d <= last; d++, at++) {
            spread[pairs[at]] += n_ac * w_b[d] + n_bc * w_a[d];
            traces[pairs[at]] += x_ac * w_b[d] + x_bc * w_a[d] + w_bc * x_a[d] + w_ac * x_b[d];
        }
    }
}

/* Adds to the slope, and gives X. */
static void find_factor(struct model_room *room, const struct model_pattern *pattern,
                        const double rest[], bool observed, double x[])
{
    const size_t k = room->k, m = pattern->n_stages;
    const double *const w = pattern->inverse;
    double inner[MODEL_SQUARE], near[MODEL_SQUARE], h[MODEL_SQUARE];
    take(room->phi, k, pattern, near);
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            inner[a * m + b] =
                pattern->scatter[a * m + b] + pattern->n * (rest[a] * rest[b] + near[a * m + b]);
        }
    }
    surround(w, inner, m, h);
    if (!observed) {
        surround(w, near, m, x);
    }
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            const size_t at = a * m + b;
            room->slope[pattern->stages[a] * k + pattern->stages[b]] +=
                0.5 * (h[at] - pattern->n * w[at]);
            x[at] =
                observed ? h[at] - 0.5 * pattern->n * w[at] : pattern->n * (0.5 * w[at] - x[at]);
        }
    }
}

static void add_pattern(struct model_room *room, const struct model_pattern *pattern, bool observed,
                        struct sums *sums)
{
    const size_t k = room->k, m = pattern->n_stages;
    const double *const w = pattern->inverse;
    double rest[MODEL_STAGES], pull[MODEL_STAGES] = {0}, x[MODEL_SQUARE] = {0};
    unsigned char pairs[MODEL_PAIRS];
    rest_of(room, pattern, rest);
    find_factor(room, pattern, rest, observed, x);
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            pull[a] += pattern->n * w[a * m + b] * rest[b];
        }
        for (size_t b = 0; b <= a; b++) {
            pairs[model_pair(a, b)] =
                (unsigned char)model_pair(pattern->stages[a], pattern->stages[b]);
        }
    }
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b <= a; b++) {
            double *const pulls = &sums->pulls[pairs[model_pair(a, b)] * k];
            for (size_t c = 0; c < m && observed; c++) {
                pulls[pattern->stages[c]] += w[a * m + c] * pull[b] + w[b * m + c] * pull[a];
            }
            add_products(room, pattern, pairs, x, a, b, sums);
        }
    }
}

/* `part` of tr(Phi Bi Phi Bj), added to the information. Bi stands in `spread`. With Phi = C C' it is
   the sum of products of the elements of C'Bi C and C'Bj C, which need no memory beyond `work`. */
static void add_curvature(struct model_room *room, const double c[], double part)
{
    const size_t k = room->k, n = room->n_pairs;
    double b[MODEL_SQUARE] = {0}, half[MODEL_SQUARE];
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < k; r++) {
            for (size_t s = 0; s < k; s++) {
                b[r * k + s] = room->spread[i * n + model_pair(r, s)];
            }
        }
        multiply(b, c, k, half);
        for (size_t r = 0; r < k; r++) {
            for (size_t s = 0; s <= r; s++) {
                double sum = 0.0;
                for (size_t l = r; l < k; l++) {
                    sum += c[l * k + r] * half[l * k + s];
                }
                /* off the diagonal an element stands twice */
                room->work[i * n + model_pair(r, s)] = r == s ? sum : sum * sqrt(2.0);
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t l = 0; l < n; l++) {
                sum += room->work[i * n + l] * room->work[j * n + l];
            }
            room->information[i * n + j] += part * sum;
            room->information[j * n + i] = room->information[i * n + j];
        }
    }
}

/* J' x J in place: n_pairs^2 becomes q^2. */
static void to_parameters(struct model_room *room, double x[])
{
    const size_t n = room->n_pairs, q = room->q;
    if (room->structure == MODEL_UNSTRUCTURED) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t p = 0; p < q; p++) {
            double sum = 0.0;
            for (size_t j = 0; j < n; j++) {
                sum += x[i * n + j] * room->jacobian[j * q + p];
            }
            room->work[i * q + p] = sum;
        }
    }
    for (size_t p = 0; p < q; p++) {
        for (size_t r = 0; r < q; r++) {
            double sum = 0.0;
            for (size_t i = 0; i < n; i++) {
                sum += room->jacobian[i * q + p] * room->work[i * q + r];
            }
            x[p * q + r] = sum;
        }
    }
}

/* V bends in SDs and correlation, which the observed information sees. */
static void add_bend(struct model_room *room)
{
    const size_t k = room->k, q = room->q;
    const double *const p = room->parameters;
    if (room->structure != MODEL_HETEROGENEOUS) {
        return;
    }
    for (size_t a = 0; a < k; a++) {
        room->information[a * q + a] -= 2.0 * room->slope[a * k + a];
        for (size_t b = 0; b < k; b++) {
            if (a != b) {
                /* (a, b) and (b, a) of V are one product of two SDs and the correlation */
                room->information[a * q + b] -= 2.0 * room->slope[a * k + b] * p[k];
                room->information[a * q + k] -= 2.0 * room->slope[a * k + b] * p[b];
                room->information[k * q + a] -= 2.0 * room->slope[a * k + b] * p[b];
            }
        }
    }
}

/* Takes off bi' Phi bj: C'bi and C'bj multiply to it. */
static void subtract_pulls(struct model_room *room, const double c[], double pulls[])
{
    const size_t n = room->n_pairs, k = room->k;
    for (size_t i = 0; i < n; i++) {
        double pull[MODEL_STAGES] = {0};
        for (size_t a = 0; a < k; a++) {
            for (size_t b = a; b < k; b++) {
                pull[a] += c[b * k + a] * pulls[i * k + b];
            }
        }
        memcpy(&pulls[i * k], pull, k * sizeof *pull);
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t a = 0; a < k; a++) {
                sum += pull[a] * pulls[j * k + a];
            }
            room->information[i * n + j] -= sum;
        }
    }
}

static void mirror(double x[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            x[j * n + i] = x[i * n + j];
        }
    }
}

/* From sums over patterns to the information by pairs. `spread` becomes the elements of Bi. */
static void make_information(struct model_room *room, bool observed, double pulls[])
{
    const size_t n = room->n_pairs, k = room->k;
    double root[MODEL_SQUARE];
    mirror(room->spread, n);
    for (size_t a = 0; a < k; a++) {
        const size_t i = model_pair(a, a);
        for (size_t j = 0; j < n; j++) { /* half of Vi, but all of its Bi's elements */
            room->information[i * n + j] *= 0.5;
            room->information[j * n + i] *= 0.5;
            room->spread[i * n + j] *= 0.5;
        }
        for (size_t c = 0; c < k; c++) {
            pulls[i * k + c] *= 0.5;
        }
    }
    if (!symmetric_root(room->phi, k, 0.0, root)) {
        return; /* an inverse that rounding spoilt: the information will not pass either */
    }
    if (observed) {
        subtract_pulls(room, root, pulls);
    }
    add_curvature(room, root, observed ? -0.5 : 0.5);
}

void model_derivatives(struct model_room *room, bool observed)
{
    const size_t n = room->n_pairs, k = room->k, q = room->q;
    double pulls[MODEL_PAIRS * MODEL_STAGES];
    struct sums sums = {room->spread, room->information, pulls};
    memset(pulls, 0, n * k * sizeof *pulls);
    memset(room->slope, 0, sizeof room->slope);
    memset(room->spread, 0, n * n * sizeof *room->spread);
    memset(room->information, 0, n * n * sizeof *room->information);
    for (size_t i = 0; i < room->n_patterns; i++) {
        add_pattern(room, &room->patterns[i], observed, &sums);
    }
    make_information(room, observed, pulls);
    find_jacobian(room);
    to_parameters(room, room->information);
    if (observed) {
        add_bend(room);
    }
    for (size_t p = 0; p < q; p++) {
        room->score[p] = 0.0;
        for (size_t a = 0; a < k; a++) {
            for (size_t b = 0; b < k; b++) {
                room->score[p] += room->slope[a * k + b] * room->jacobian[model_pair(a, b) * q + p];
            }
        }
    }
}
