#include "engine/stats/deviance.h"

#include <float.h>
#include <math.h>

double deviance(double expected, double seen)
{
    const double u = (expected - seen) / seen;
    double power = u * u, sum = 0.0;
    if (fabs(u) > 0.1) {
        return expected - seen - seen * log(expected / seen);
    }
    for (double k = 2.0; fabs(power) > DBL_EPSILON / 64.0 * sum; k += 1.0) {
        sum += power / k;
        power *= -u;
    }
    return seen * sum;
}
