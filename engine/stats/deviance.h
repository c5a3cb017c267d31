/* engine/stats/deviance.h - what is left of logarithms that nearly cancel, in the terms of the
   Poisson and the binomial distribution. */
#ifndef PELLTER_ENGINE_STATS_DEVIANCE_H
#define PELLTER_ENGINE_STATS_DEVIANCE_H

/* expected - seen - seen ln(expected / seen) >= 0 for seen, expected > 0: with
   expected = seen (1 + u) it is seen (u - ln(1 + u)).
   source  Loader (2000), Fast and Accurate Computation of Binomial Probabilities */
double deviance(double expected, double seen);

#endif
