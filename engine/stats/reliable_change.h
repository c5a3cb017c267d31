/* engine/stats/reliable_change.h - who changed by more than the instrument's error of
   measurement. */
#ifndef PELLTER_ENGINE_STATS_RELIABLE_CHANGE_H
#define PELLTER_ENGINE_STATS_RELIABLE_CHANGE_H

#include <stdbool.h>
#include "engine/figure.h"
#include "engine/stats/counts.h"

struct reliable_change {
    uint64_t improved, unchanged, deteriorated;
};

/* The change, in points, that must be exceeded: 1.96 sqrt(2) sd sqrt(1 - reliability).
   sd > 0 in points, 0 <= reliability <= 1; else NAN.
   source  Jacobson & Truax (1991), J Consult Clin Psychol 59(1):12-19,
           doi:10.1037/0022-006X.59.1.12, with the sqrt(2) of Christensen & Mendoza (1986) */
double reliable_change_threshold(double sd, double reliability);

/* Counts changes strictly beyond `threshold` points in the better and in the worse direction. */
struct reliable_change reliable_change(const struct distribution *changes, double threshold,
                                       bool higher_is_better);

#endif
