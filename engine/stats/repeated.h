/* engine/stats/repeated.h - repeated scores as sums over the sets of stages that people have scores
   at, and how the covariance of their scores may be built: what a mixed model is given. */
#ifndef PELLTER_ENGINE_STATS_REPEATED_H
#define PELLTER_ENGINE_STATS_REPEATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/figure.h"

#define MODEL_STAGES 12                                     /* a study with more has no model */
#define MODEL_PAIRS (MODEL_STAGES * (MODEL_STAGES + 1) / 2) /* elements of V */
#define MODEL_FEWEST_PEOPLE 10

/* Everyone whose scores are at just these stages. */
struct score_pattern {
    uint64_t stages;        /* bit s: stage s; at least one, none of MODEL_STAGES or above */
    uint64_t n;             /* at least 1 */
    const int128 *sums;     /* borrowed: of units, for each of the m stages in order */
    const int128 *products; /* borrowed: of square units, m (m + 1) / 2: (0,0), (1,0), (1,1), ... */
};

/* The numbers are those of model_structure in results.csv. */
enum model_structure { MODEL_NONE, MODEL_UNSTRUCTURED, MODEL_HETEROGENEOUS, MODEL_COMPOUND };

enum model_errors { MODEL_KENWARD_ROGER, MODEL_SATTERTHWAITE, MODEL_ROBUST };

/* The numbers are those of model_outcome in results.csv. */
enum model_outcome {
    MODEL_FITTED,
    MODEL_TOO_FEW_PEOPLE, /* below MODEL_FEWEST_PEOPLE with a score */
    MODEL_ONE_STAGE,      /* fewer than two stages with two scores */
    MODEL_NO_SPREAD,      /* all scores are equal, or all at some stage */
    MODEL_NOT_ESTIMABLE,  /* too few people have scores at the stages in common */
    MODEL_SINGULAR,       /* V went to the edge: a score follows exactly from others */
    MODEL_NOT_CONVERGED,
    MODEL_NOT_ASKED /* the study wants none, or has more than MODEL_STAGES stages */
};

/* What the data are, whether or not a model is fitted. */
struct model_base {
    uint64_t n_people, n_repeated; /* with a score; with two or more */
    size_t n_stages;               /* that take part */
    size_t stages[MODEL_STAGES];   /* which */
};

#endif
