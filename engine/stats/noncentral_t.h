/* engine/stats/noncentral_t.h - the noncentral t distribution: t with Z + ncp in place of Z. */
#ifndef PELLTER_ENGINE_STATS_NONCENTRAL_T_H
#define PELLTER_ENGINE_STATS_NONCENTRAL_T_H

#include <stddef.h>
#include "engine/stats/interval.h"

/* t may be this far from 0. */
#define NONCENTRAL_T_MOST 40.0

/* P(T <= t) for T = (Z + ncp) / sqrt(chi^2(df) / df), within 1e-12. NAN unless |t| <=
   NONCENTRAL_T_MOST and 1 <= df < infinity. */
double noncentral_t_lower(double t, double df, double ncp);

/* The noncentralities at which `t` is not surprising, the central 95% interval of ncp:

       P(T <= t | low) = 0.975,  P(T <= t | high) = 0.025

   within 1e-11 sqrt(1 + t^2 / df). None where noncentral_t_lower() is NAN. */
struct interval noncentral_t_interval(double t, double df);

/* Intervals that were asked for lately: in thousands of small cohorts the same few t come again and
   again. The caller's to free; one for each thread. NULL: no memory. */
struct known_intervals;
struct known_intervals *known_intervals_new(void);

/* noncentral_t_interval(t, df), looked up where it is known. NULL: nothing is. */
struct interval noncentral_t_interval_known(struct known_intervals *known, double t, double df);

#endif
