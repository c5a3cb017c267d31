/* engine/stats/reliable_change.h - who changed by more than the instrument's error of
   measurement. */
#ifndef PELLTER_ENGINE_STATS_RELIABLE_CHANGE_H
#define PELLTER_ENGINE_STATS_RELIABLE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "engine/figure.h"
#include "engine/stats/counts.h"

/* What a person's change is measured against. */
enum reliable_method {
    RELIABLE_JACOBSON_TRUAX,
    RELIABLE_EDWARDS_NUNNALLY,
    RELIABLE_GULLIKSEN_LORD_NOVICK,
    RELIABLE_HAGEMAN_ARRINDELL,
    N_RELIABLE_METHODS
};

/* A person with the scores `before` and `after`, in points, changed reliably where

       |weight (after - before) + pull (before - mean)  + shift| > limit,  strictly,

   in the direction of its sign. A limit that is NAN: the data or the constants cannot say, and
   nobody is asked. */
struct reliable_rule {
    bool higher_is_better;
    double weight, pull, mean, shift, limit;
};

/* What a rule is made of. sd > 0 in points, 0 <= reliability <= 1; the rest, of everybody with both
   scores, for the methods that need it. */
struct reliable_constants {
    double sd, reliability;
    double mean_before;           /* all but Jacobson-Truax */
    double mean_after, sd_change; /* Hageman-Arrindell */
};

/* The change, in points, that must be exceeded: 1.96 sqrt(2) sd sqrt(1 - reliability).
   sd > 0 in points, 0 <= reliability <= 1; else NAN.
   source  Jacobson & Truax (1991), J Consult Clin Psychol 59(1):12-19,
           doi:10.1037/0022-006X.59.1.12, with the sqrt(2) of Christensen & Mendoza (1986) */
double reliable_change_threshold(double sd, double reliability);

/* Hageman & Arrindell's reliability of the change: the part of its variance that is not error,

       r_dd = (sd_change^2 - 2 se^2) / sd_change^2,   se = sd sqrt(1 - reliability)

   which is (s1^2 r1 + s2^2 r2 - 2 s1 s2 r12) / (s1^2 + s2^2 - 2 s1 s2 r12) with rk = 1 - se^2/sk^2.
   NAN where the change does not vary; below 0 where it varies less than error alone would. */
double reliable_change_reliability(const struct reliable_constants *constants);

/* The rule of a method, se = sd sqrt(1 - reliability):

   Jacobson-Truax          |after - before| > 1.96 sqrt(2) se
   Edwards-Nunnally        |after - m - r (before - m)| > 1.96 se,  m the mean before
   Gulliksen-Lord-Novick   the same > 1.96 sd sqrt(1 - r^2)
   Hageman-Arrindell       |(after - before) r_dd + (mean change) (1 - r_dd)|
                           > 1.65 sqrt(r_dd) sqrt(2) se;  no rule where r_dd is not above 0

   source  Speer (1992), J Consult Clin Psychol 60(3):402-408, doi:10.1037/0022-006X.60.3.402 (after
           Edwards, Yarvis, Mueller, Zingale & Wagman 1978, and Nunnally); Hsu (1989), Behavioral
           Assessment 11:459-467 (after Lord & Novick 1968); Hageman & Arrindell (1999), Behav Res
           Ther 37(12):1169-1193, doi:10.1016/S0005-7967(99)00032-7, whose critical value, one-sided,
           is 1.65 */
struct reliable_rule reliable_rule(enum reliable_method method,
                                   const struct reliable_constants *constants,
                                   bool higher_is_better);

/* The rule of a threshold in points that someone declared: exceeded strictly. */
struct reliable_rule reliable_rule_points(double threshold, bool higher_is_better);

/* 1: reliably better; -1: reliably worse; 0: neither. The rule has a limit. */
int reliable_direction(const struct reliable_rule *rule, int64_t before, int64_t after,
                       int64_t units_per_point);

struct reliable_change {
    uint64_t improved, unchanged, deteriorated;
};

/* Counts everybody by their direction. The rule has a limit. */
struct reliable_change reliable_change(const struct joint *joint, const struct reliable_rule *rule);

#endif
