/* engine/stats/mixed_model.h - what the mean at each stage would be had nobody left: a linear
   model for repeated scores, fitted by restricted maximum likelihood (REML) to everyone with a score at
   any stage.

       y_i = mu[stages of i] + e_i,   e_i normal with covariance V[stages of i], people independent

   It is valid if leaving depends only on scores already seen (missing at random), and if V is right.
   It needs no people: for each set of stages that people have scores at (a pattern) their number,
   the sums of scores and of products. So its cost does not grow with the number of people.

   structure of V, chosen before fitting unless the caller names one (model_rule):
     unstructured                         where people with two scores or more number at least 10 for
                                          each stage, and every two stages have someone in common
     heterogeneous compound symmetry      an SD for each stage, one correlation; at least 5 for each
     compound symmetry                    one SD, one correlation
     none                                 fewer than 10 people, or fewer than two stages
   A stage takes part where at least 2 people have a score.

   fit       Fisher scoring, and Newton's steps near the end, each step halved until V is positive
             definite (by Cholesky) and the likelihood has not fallen, until the score, scaled by the
             expected information, root(s' I^-1 s), is below 1e-10 (below 1e-8 where rounding lets it
             fall no further). Complete data under `unstructured` start at the solution.
   REML      -((N - k) ln 2 pi + sum ln det V_i + ln det A + sum r' V_i^-1 r) / 2,  N scores, k stages,
             A = X'V^-1 X = sum of V_i^-1 over people, in points: nlme's constant
   errors    MODEL_KENWARD_ROGER: the adjusted covariance of mu, and df of one contrast, of
             Kenward & Roger (1997), Biometrics 53(3):983-997, doi:10.2307/2533558, with the expected
             information. For linear structures, all but the heterogeneous one, whose second
             derivatives are not in it.
             MODEL_SATTERTHWAITE: the unadjusted A^-1 with the same df, 2 (c'A^-1 c)^2 / Var(c'A^-1 c).
             For one contrast the df of both are the same.
             MODEL_ROBUST: sandwich CR2, one person a cluster, with Satterthwaite df under the working
             model: Bell & McCaffrey (2002), Survey Methodology 28(2):169-181; Pustejovsky & Tipton
             (2018), J Bus Econ Stat 36(4):672-683, doi:10.1080/07350015.2016.1247004. People of one
             pattern share design and V, so that their sums of products are enough for it, too. */
#ifndef PELLTER_ENGINE_STATS_MIXED_MODEL_H
#define PELLTER_ENGINE_STATS_MIXED_MODEL_H

#include "engine/stats/repeated.h"

struct mixed_model {
    enum model_outcome outcome;
    enum model_structure structure; /* the one chosen, whatever came of it; MODEL_NONE: none was */
    enum model_errors errors;
    struct model_base base;
    double loglik; /* NAN unless fitted, as all numbers below */
    double score;  /* the scaled score at the end */
    int n_iterations;
    double mean[MODEL_STAGES]; /* points, by place in base.stages */
    double covariance[MODEL_STAGES *
                      MODEL_STAGES]; /* of scores V, square points, base.n_stages a row */
};

/* One contrast of means. */
struct model_estimate {
    double estimate, se, df; /* points */
    double ci_low, ci_high;  /* 95%: estimate -+ t(0.975, df) se */
    double p;                /* two-sided, of 0; NAN with all others where it makes no sense */
};

/* Room to work in, to be allocated once and used for many fits. */
struct model_room;
struct model_room *model_room_new(size_t n_stages, size_t n_patterns); /* NULL: no memory */
void model_room_free(struct model_room *room);

/* The structure that the rule gives; MODEL_NONE with the reason in *outcome. *base is what it goes
   by. */
enum model_structure model_rule(const struct score_pattern patterns[], size_t n,
                                enum model_outcome *outcome, struct model_base *base);

/* Fits a structure, whatever the rule says of it (but not to fewer than MODEL_FEWEST_PEOPLE), to at
   most as many patterns as there is room for. Not MODEL_KENWARD_ROGER for MODEL_HETEROGENEOUS. */
struct mixed_model mixed_model(const struct score_pattern patterns[], size_t n,
                               int64_t units_per_point, enum model_structure structure,
                               enum model_errors errors, struct model_room *room);

/* The mean at `stage` with its standard error alone, or the change from stage to stage, of the model
   that was fitted last with this room. All NAN where the model was not fitted or a stage takes no
   part. */
struct model_estimate model_mean(const struct mixed_model *model, const struct model_room *room,
                                 size_t stage);
struct model_estimate model_change(const struct mixed_model *model, const struct model_room *room,
                                   size_t from, size_t to);

#endif
