/* engine/stats/model_room.h - what the files of the mixed model share: one fit in the making.
   Everything is in scaled units: a score less the origin, divided by the scale, so that variances
   are near 1 whatever the unit. k stages take part; a pair is an element of V on or below its
   diagonal, (a, b) with a >= b at a (a + 1) / 2 + b; q parameters make V. */
#ifndef PELLTER_ENGINE_STATS_MODEL_ROOM_H
#define PELLTER_ENGINE_STATS_MODEL_ROOM_H

#include "engine/stats/repeated.h"

/* One pattern, its stages numbered among those that take part. */
struct model_pattern {
    double n;
    size_t n_stages;
    unsigned char stages[MODEL_STAGES];
    double mean[MODEL_STAGES];
    double *scatter; /* n_stages^2: sum of products about the mean */
    double *inverse; /* n_stages^2: of V at these stages */
};

#define MODEL_SQUARE (MODEL_STAGES * MODEL_STAGES)

struct model_room {
    size_t k, n_pairs, q;
    enum model_structure structure;
    enum model_errors errors;
    struct model_base base;
    double n_scores, scale, origin; /* scale and origin in units */
    double units_per_point;
    struct model_pattern *patterns; /* owned: room for most_patterns, n_patterns in use */
    size_t n_patterns, most_patterns;
    double *numbers; /* owned: what patterns point into, per_pattern each */
    size_t per_pattern;

    /* The point where the fit is. */
    double
        parameters[MODEL_PAIRS]; /* V by pairs; or SDs and correlation; or variance, covariance */
    double v[MODEL_SQUARE];
    double phi[MODEL_SQUARE];  /* inverse of A = X'V^-1 X */
    double mean[MODEL_STAGES]; /* generalised least squares */
    double loglik;

    /* Derivatives there. `slope` is that of the log-likelihood by V's elements, each by itself. */
    double slope[MODEL_SQUARE];
    double *spread;            /* owned, n_pairs^2: elements of Bi (model_likelihood.c) */
    double *information;       /* owned, n_pairs^2: expected or observed, by parameters */
    double *jacobian;          /* owned, n_pairs * q: of V's pairs by parameters */
    double *work, *root;       /* owned, n_pairs^2 each */
    double score[MODEL_PAIRS]; /* by parameters */

    /* For errors, once fitted. */
    double *inverse;               /* owned, n_pairs^2: covariance of V's pairs */
    double adjusted[MODEL_SQUARE]; /* covariance of the means, for standard errors */
    double phi_root[MODEL_SQUARE]; /* a root of phi */
    double *leverage;              /* owned, most_patterns * k^2: W A of CR2 for each pattern */
};

static inline size_t model_pair(size_t a, size_t b)
{
    return a >= b ? a * (a + 1) / 2 + b : b * (b + 1) / 2 + a;
}

/* V from the parameters. False: not positive definite, or `least` near to it (symmetric_root). */
bool model_covariance(struct model_room *room, double least);

/* Means and log-likelihood from V. False: V is not positive definite at some pattern, or the means
   cannot be told. */
bool model_likelihood(struct model_room *room);

/* Score, and expected or observed information, by parameters, after model_likelihood(). */
void model_derivatives(struct model_room *room, bool observed);

/* The covariance of the means, as `errors` says; unless they are robust, after model_derivatives() with
   the expected information. False: not to be had. */
bool model_make_errors(struct model_room *room);

/* Standard error (scaled) of the mean at a place, and of a difference of two, which has df, too. */
double model_mean_error(const struct model_room *room, size_t place);
void model_change_error(const struct model_room *room, size_t first, size_t last, double *se,
                        double *df);

#endif
