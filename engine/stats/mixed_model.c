/* engine/stats/mixed_model.c - what goes into a fit, where it starts, and the steps. */
#include "engine/stats/mixed_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/stats/model_room.h"
#include "engine/stats/moments.h"
#include "engine/stats/student.h"
#include "engine/stats/symmetric.h"

/* Scaled scores below the first end the fit; below the second do when no step goes on. */
#define SCORE_ENOUGH 1e-10
#define SCORE_ALLOWED 1e-8
#define MOST_STEPS 200
#define MOST_HALVINGS 40
/* 1 - R^2 of a stage given others: less than this is a score that follows from others. */
#define LEAST_PIVOT 1e-9

/* --- room --- */

struct model_room *model_room_new(size_t n_stages, size_t n_patterns)
{
    const size_t k = n_stages, n = k * (k + 1) / 2;
    struct model_room *const room = calloc(1, sizeof *room);
    assert(n_stages <= MODEL_STAGES);
    if (room == NULL) {
        return NULL;
    }
    room->most_patterns = n_patterns;
    room->per_pattern = 2 * k * k;
    /* One more each, since calloc() of nothing may give NULL. */
    room->patterns = calloc(n_patterns + 1, sizeof *room->patterns);
    room->numbers = calloc(n_patterns * room->per_pattern + 1, sizeof *room->numbers);
    room->leverage = calloc(n_patterns * k * k + 1, sizeof *room->leverage);
    room->spread = calloc(n * n + 1, sizeof *room->spread);
    room->information = calloc(n * n + 1, sizeof *room->information);
    room->jacobian = calloc(n * n + 1, sizeof *room->jacobian);
    room->work = calloc(n * n + 1, sizeof *room->work);
    room->root = calloc(n * n + 1, sizeof *room->root);
    room->inverse = calloc(n * n + 1, sizeof *room->inverse);
    if (room->patterns == NULL || room->numbers == NULL || room->leverage == NULL ||
        room->spread == NULL || room->information == NULL || room->jacobian == NULL ||
        room->work == NULL || room->root == NULL || room->inverse == NULL) {
        model_room_free(room);
        return NULL;
    }
    return room;
}

void model_room_free(struct model_room *room)
{
    if (room == NULL) {
        return;
    }
    free(room->patterns);
    free(room->numbers);
    free(room->leverage);
    free(room->spread);
    free(room->information);
    free(room->jacobian);
    free(room->work);
    free(room->root);
    free(room->inverse);
    free(room);
}

/* --- the rule --- */

/* People with scores at each two stages; [a][a]: at stage a. */
struct shared_counts {
    uint64_t n[MODEL_STAGES][MODEL_STAGES];
};

static struct model_base base_of(const struct score_pattern patterns[], size_t n,
                                 struct shared_counts *shared)
{
    struct model_base base = {0};
    memset(shared, 0, sizeof *shared);
    for (size_t i = 0; i < n; i++) {
        for (size_t a = 0; patterns[i].stages >> a != 0; a++) {
            for (size_t b = 0; b <= a && (patterns[i].stages >> a & 1u) != 0; b++) {
                shared->n[a][b] += (patterns[i].stages >> b & 1u) != 0 ? patterns[i].n : 0;
                shared->n[b][a] = shared->n[a][b];
            }
        }
    }
    for (size_t a = 0; a < MODEL_STAGES; a++) {
        if (shared->n[a][a] >= 2) {
            base.stages[base.n_stages++] = a;
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t m = 0;
        for (size_t a = 0; a < base.n_stages; a++) {
            m += patterns[i].stages >> base.stages[a] & 1u;
        }
        base.n_people += m > 0 ? patterns[i].n : 0;
        base.n_repeated += m > 1 ? patterns[i].n : 0;
    }
    return base;
}

static enum model_outcome outcome_of(const struct model_base *base)
{
    return base->n_people < MODEL_FEWEST_PEOPLE ? MODEL_TOO_FEW_PEOPLE
           : base->n_stages < 2                 ? MODEL_ONE_STAGE
           : base->n_repeated == 0              ? MODEL_NOT_ESTIMABLE
                                                : MODEL_FITTED;
}

/* Has every pair of stages someone with both? */
static bool all_shared(const struct model_base *base, const struct shared_counts *shared)
{
    for (size_t a = 0; a < base->n_stages; a++) {
        for (size_t b = 0; b < base->n_stages; b++) {
            if (shared->n[base->stages[a]][base->stages[b]] == 0) {
                return false;
            }
        }
    }
    return true;
}

enum model_structure model_rule(const struct score_pattern patterns[], size_t n,
                                enum model_outcome *outcome, struct model_base *base)
{
    struct shared_counts shared;
    *base = base_of(patterns, n, &shared);
    *outcome = outcome_of(base);
    if (*outcome != MODEL_FITTED) {
        return MODEL_NONE;
    }
    if (base->n_repeated >= 10 * (uint64_t)base->n_stages && all_shared(base, &shared)) {
        return MODEL_UNSTRUCTURED;
    }
    return base->n_repeated >= 5 * (uint64_t)base->n_stages ? MODEL_HETEROGENEOUS : MODEL_COMPOUND;
}

/* --- from sums to patterns --- */

/* Of all scores that take part: their number and sum. */
static int64_t find_origin(struct model_room *room, const struct score_pattern patterns[], size_t n)
{
    int128 sum = 0;
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t place = 0;
        for (size_t a = 0; a < MODEL_STAGES; a++) {
            if ((patterns[i].stages >> a & 1u) != 0) {
                bool part = false;
                for (size_t l = 0; l < room->k; l++) {
                    part = part || room->base.stages[l] == a;
                }
                sum += part ? patterns[i].sums[place] : 0;
                count += part ? patterns[i].n : 0;
                place++;
            }
        }
    }
    room->n_scores = (double)count;
    return (int64_t)(sum / (int128)count);
}

/* Means less the origin, and products about the means, in units. The whole part of each mean goes
   first, so that nothing cancels (moments.h). */
static void take_pattern(struct model_room *room, const struct score_pattern *from, int64_t origin)
{
    struct model_pattern *const to = &room->patterns[room->n_patterns];
    double *const numbers = room->numbers + room->n_patterns * room->per_pattern;
    struct whole_mean means[MODEL_STAGES];
    size_t places[MODEL_STAGES];
    size_t m = 0, place = 0;
    for (size_t a = 0, l = 0; a < MODEL_STAGES && l < room->k; a++) {
        const bool has = (from->stages >> a & 1u) != 0;
        if (room->base.stages[l] == a) {
            if (has) {
                places[m] = place;
                means[m] = whole_mean(from->sums[place], 0, from->n);
                to->stages[m] = (unsigned char)l;
                to->mean[m] =
                    (double)(means[m].whole - origin) + (double)means[m].rest / (double)from->n;
                m++;
            }
            l++;
        }
        place += has;
    }
    if (m == 0) {
        return;
    }
    to->n = (double)from->n;
    to->n_stages = m;
    to->scatter = numbers;
    to->inverse = numbers + m * m;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b <= a; b++) {
            const int128 x = means[a].whole, y = means[b].whole;
            const int128 products = from->products[places[a] * (places[a] + 1) / 2 + places[b]] -
                                    x * from->sums[places[b]] - y * from->sums[places[a]] +
                                    (int128)from->n * x * y;
            const struct spread spread = spread_from(products, means[a], means[b], from->n);
            to->scatter[a * m + b] = to->scatter[b * m + a] = spread.number / to->n;
        }
    }
    room->n_patterns++;
}

/* --- where the fit starts --- */

/* Covariances from whoever has both stages, about the mean of each stage's scores. */
static void available_covariances(const struct model_room *room, double v[], double counts[])
{
    const size_t k = room->k;
    double means[MODEL_STAGES] = {0};
    memset(v, 0, k * k * sizeof *v);
    memset(counts, 0, k * k * sizeof *counts);
    for (size_t i = 0; i < room->n_patterns; i++) {
        const struct model_pattern *const p = &room->patterns[i];
        for (size_t a = 0; a < p->n_stages; a++) {
            means[p->stages[a]] += p->n * p->mean[a];
            for (size_t b = 0; b < p->n_stages; b++) {
                counts[p->stages[a] * k + p->stages[b]] += p->n;
            }
        }
    }
    for (size_t a = 0; a < k; a++) {
        means[a] /= counts[a * k + a];
    }
    for (size_t i = 0; i < room->n_patterns; i++) {
        const struct model_pattern *const p = &room->patterns[i];
        const size_t m = p->n_stages;
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                v[p->stages[a] * k + p->stages[b]] +=
                    p->scatter[a * m + b] +
                    p->n * (p->mean[a] - means[p->stages[a]]) * (p->mean[b] - means[p->stages[b]]);
            }
        }
    }
    for (size_t i = 0; i < k * k; i++) {
        v[i] = counts[i] > 1.0 ? v[i] / (counts[i] - 1.0) : 0.0;
    }
}

/* The mean correlation of the start, weighted by people. */
static double mean_correlation(const double v[], const double counts[], size_t k)
{
    double sum = 0.0, weights = 0.0;
    for (size_t i = 0; i < k * k; i++) {
        if (i % (k + 1) != 0 && counts[i] > 1.0) {
            sum += counts[i] * v[i] / sqrt(v[i / k * (k + 1)] * v[i % k * (k + 1)]);
            weights += counts[i];
        }
    }
    return weights > 0.0 ? fmin(0.95, fmax(-0.5 / (double)k, sum / weights)) : 0.0;
}

/* Parameters near what is available, V positive definite. */
static enum model_outcome start(struct model_room *room)
{
    const size_t k = room->k;
    double v[MODEL_SQUARE], counts[MODEL_SQUARE];
    double variance = 0.0, correlation;
    available_covariances(room, v, counts);
    for (size_t a = 0; a < k; a++) {
        variance += v[a * k + a] / (double)k;
    }
    for (size_t a = 0; a < k; a++) {
        /* Rounded scores (T) differ in their last unit where they are equal. */
        if (!(v[a * k + a] > 1e-15 * variance) || !isfinite(variance)) {
            return MODEL_NO_SPREAD;
        }
    }
    correlation = mean_correlation(v, counts, k);
    for (double shrink = 1.0; shrink > 0.1; shrink *= 0.9) {
        for (size_t a = 0; a < k; a++) {
            for (size_t b = 0; b <= a && room->structure == MODEL_UNSTRUCTURED; b++) {
                room->parameters[model_pair(a, b)] = v[a * k + b] * (a == b ? 1.0 : shrink);
            }
            if (room->structure == MODEL_HETEROGENEOUS) {
                room->parameters[a] = sqrt(v[a * k + a]);
            }
        }
        if (room->structure == MODEL_HETEROGENEOUS) {
            room->parameters[k] = shrink * correlation;
        } else if (room->structure == MODEL_COMPOUND) {
            room->parameters[0] = variance * (1.0 - shrink * correlation);
            room->parameters[1] = variance * shrink * correlation;
        }
        if (model_covariance(room, LEAST_PIVOT) && model_likelihood(room)) {
            return MODEL_FITTED;
        }
    }
    return MODEL_SINGULAR;
}

/* The scale: the root of the mean variance of a stage; everything is divided by it. */
static bool rescale(struct model_room *room)
{
    double v[MODEL_SQUARE], counts[MODEL_SQUARE], variance = 0.0;
    available_covariances(room, v, counts);
    for (size_t a = 0; a < room->k; a++) {
        variance += v[a * (room->k + 1)] / (double)room->k;
    }
    room->scale = sqrt(variance);
    if (!(variance > 0.0) || !isfinite(variance)) {
        return false;
    }
    for (size_t i = 0; i < room->n_patterns; i++) {
        struct model_pattern *const p = &room->patterns[i];
        for (size_t a = 0; a < p->n_stages; a++) {
            p->mean[a] /= room->scale;
        }
        for (size_t a = 0; a < p->n_stages * p->n_stages; a++) {
            p->scatter[a] /= variance;
        }
    }
    return true;
}

/* --- the fit --- */

/* The step from here: Newton's where asked for and there is one, else that of Fisher scoring. False:
   the information is not positive definite. */
static bool find_step(struct model_room *room, bool near, double step[])
{
    if (near) {
        model_derivatives(room, true);
        near = symmetric_root(room->information, room->q, 1e-13, room->root);
    }
    if (!near) {
        model_derivatives(room, false);
        if (!symmetric_root(room->information, room->q, 1e-13, room->root)) {
            return false;
        }
    }
    symmetric_solve(room->root, room->q, room->score, step);
    return true;
}

static double scaled_score(const struct model_room *room, const double step[])
{
    double sum = 0.0;
    for (size_t p = 0; p < room->q; p++) {
        sum += room->score[p] * step[p];
    }
    return sqrt(fmax(0.0, sum));
}

/* Goes along the step as far as helps. False: nowhere. */
static bool go(struct model_room *room, const double step[], double scaled)
{
    const double before = room->loglik;
    /* Near the end the likelihood is flatter than its rounding. */
    const double slack = 1e-13 * fabs(before) + (scaled < 1e-4 ? 1e-6 : 0.0);
    double from[MODEL_PAIRS], part = 1.0;
    memcpy(from, room->parameters, sizeof from);
    for (int i = 0; i < MOST_HALVINGS; i++, part *= 0.5) {
        for (size_t p = 0; p < room->q; p++) {
            room->parameters[p] = from[p] + part * step[p];
        }
        if (model_covariance(room, 0.0) && model_likelihood(room) &&
            room->loglik >= before - slack) {
            return true;
        }
    }
    memcpy(room->parameters, from, sizeof from);
    /* The point itself passed before: this puts back what belongs to it. */
    (void)(model_covariance(room, 0.0) && model_likelihood(room));
    return false;
}

static enum model_outcome fit(struct model_room *room, double *scaled, int *n_iterations)
{
    double step[MODEL_PAIRS], last = INFINITY;
    for (int i = 0; i < MOST_STEPS; i++) {
        *n_iterations = i + 1;
        if (!find_step(room, last < 1.0, step)) {
            /* Near the edge the information goes with the square of the pivot. */
            return model_covariance(room, sqrt(LEAST_PIVOT)) ? MODEL_NOT_ESTIMABLE : MODEL_SINGULAR;
        }
        *scaled = scaled_score(room, step);
        if (!(*scaled < INFINITY)) {
            return MODEL_NOT_CONVERGED;
        }
        /* Where rounding is larger than SCORE_ENOUGH, steps no longer make the score smaller. */
        if (*scaled < SCORE_ENOUGH || (*scaled<SCORE_ALLOWED && * scaled> 0.5 * last)) {
            return model_covariance(room, LEAST_PIVOT) ? MODEL_FITTED : MODEL_SINGULAR;
        }
        last = *scaled;
        if (!model_covariance(room, LEAST_PIVOT * 1e-3)) {
            return MODEL_SINGULAR;
        }
        if (!go(room, step, *scaled)) {
            break;
        }
    }
    return *scaled < SCORE_ALLOWED                ? MODEL_FITTED
           : !model_covariance(room, LEAST_PIVOT) ? MODEL_SINGULAR
                                                  : MODEL_NOT_CONVERGED;
}

static struct mixed_model fitted(const struct model_room *room, struct mixed_model model)
{
    const double points = room->scale / room->units_per_point;
    model.loglik = room->loglik - (room->n_scores - (double)room->k) * log(points);
    for (size_t a = 0; a < room->k; a++) {
        model.mean[a] = room->origin / room->units_per_point + room->mean[a] * points;
    }
    for (size_t i = 0; i < room->k * room->k; i++) {
        model.covariance[i] = room->v[i] * points * points;
    }
    return model;
}

struct mixed_model mixed_model(const struct score_pattern patterns[], size_t n,
                               int64_t units_per_point, enum model_structure structure,
                               enum model_errors errors, struct model_room *room)
{
    struct shared_counts shared;
    struct mixed_model model = {.structure = structure,
                                .errors = errors,
                                .base = base_of(patterns, n, &shared),
                                .loglik = NAN,
                                .score = NAN};
    int64_t origin;
    assert(structure == MODEL_UNSTRUCTURED || structure == MODEL_COMPOUND ||
           (structure == MODEL_HETEROGENEOUS && errors != MODEL_KENWARD_ROGER));
    assert(n <= room->most_patterns);
    model.outcome = outcome_of(&model.base);
    room->base = model.base;
    room->k = model.base.n_stages;
    room->n_pairs = room->k * (room->k + 1) / 2;
    room->structure = structure;
    room->errors = errors;
    room->q = structure == MODEL_UNSTRUCTURED    ? room->n_pairs
              : structure == MODEL_HETEROGENEOUS ? room->k + 1
                                                 : 2;
    room->units_per_point = (double)units_per_point;
    room->n_patterns = 0;
    if (structure == MODEL_UNSTRUCTURED && model.outcome == MODEL_FITTED &&
        !all_shared(&model.base, &shared)) {
        model.outcome = MODEL_NOT_ESTIMABLE;
    }
    if (model.outcome != MODEL_FITTED) {
        return model;
    }
    origin = find_origin(room, patterns, n);
    room->origin = (double)origin;
    for (size_t i = 0; i < n; i++) {
        take_pattern(room, &patterns[i], origin);
    }
    model.outcome = rescale(room) ? start(room) : MODEL_NO_SPREAD;
    if (model.outcome == MODEL_FITTED) {
        model.outcome = fit(room, &model.score, &model.n_iterations);
    }
    if (model.outcome == MODEL_FITTED && errors != MODEL_ROBUST) {
        model_derivatives(room, false); /* the last may have been the observed information */
    }
    if (model.outcome == MODEL_FITTED && !model_make_errors(room)) {
        model.outcome = MODEL_NOT_ESTIMABLE;
    }
    return model.outcome == MODEL_FITTED ? fitted(room, model) : model;
}

/* --- results --- */

/* The place of a stage among those that take part; n_stages: none. */
static size_t place_of(const struct mixed_model *model, size_t stage)
{
    size_t place = 0;
    while (place < model->base.n_stages && model->base.stages[place] != stage) {
        place++;
    }
    return model->outcome == MODEL_FITTED ? place : model->base.n_stages;
}

static const struct model_estimate no_estimate = {NAN, NAN, NAN, NAN, NAN, NAN};

struct model_estimate model_mean(const struct mixed_model *model, const struct model_room *room,
                                 size_t stage)
{
    const size_t place = place_of(model, stage);
    struct model_estimate e = no_estimate;
    if (place < model->base.n_stages) {
        e.estimate = model->mean[place];
        e.se = model_mean_error(room, place) * room->scale / room->units_per_point;
    }
    return e;
}

struct model_estimate model_change(const struct mixed_model *model, const struct model_room *room,
                                   size_t from, size_t to)
{
    const size_t first = place_of(model, from), last = place_of(model, to);
    struct model_estimate e = no_estimate;
    double points;
    if (first == model->base.n_stages || last == model->base.n_stages || first == last) {
        return e;
    }
    points = room->scale / room->units_per_point;
    /* Not the difference of the means in points, which have lost the digits of the origin. */
    e.estimate = (room->mean[last] - room->mean[first]) * points;
    model_change_error(room, first, last, &e.se, &e.df);
    e.se *= points;
    if (e.se > 0.0 && isfinite(e.se) && e.df > 0.0 && isfinite(e.df)) {
        const double reach = student_quantile_975(e.df) * e.se;
        e.ci_low = e.estimate - reach;
        e.ci_high = e.estimate + reach;
        e.p = student_two_sided(e.estimate / e.se, e.df);
    } else {
        e.se = e.df = NAN;
    }
    return e;
}
