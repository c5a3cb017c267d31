#include "engine/stats/gamma_ratio.h"

#include <math.h>

double gamma_half_step(double a)
{
    double product = 1.0, u;
    while (a < 24.0) {
        product *= a / (a + 0.5);
        a += 1.0;
    }
    u = 1.0 / (a * a);
    return product * sqrt(a) *
           exp((-1.0 / 8 +
                u * (1.0 / 192 + u * (-1.0 / 640 + u * (17.0 / 14336 - u * (31.0 / 18432))))) /
               a);
}

double hedges_factor(double df)
{
    if (!(df > 1.0) || isinf(df)) {
        return NAN;
    }
    return gamma_half_step((df - 1.0) / 2.0) / sqrt(df / 2.0);
}
