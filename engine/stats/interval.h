/* engine/stats/interval.h - two ends. */
#ifndef PELLTER_ENGINE_STATS_INTERVAL_H
#define PELLTER_ENGINE_STATS_INTERVAL_H

/* NAN and NAN where there is none. */
struct interval {
    double low, high;
};

#endif
