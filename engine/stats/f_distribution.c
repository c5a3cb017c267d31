#include "engine/stats/f_distribution.h"

#include <math.h>
#include "engine/stats/beta.h"

double f_upper(double f, double df1, double df2)
{
    const double odds = df1 / df2 * f; /* y / x */
    if (isnan(f) || !(df1 > 0.0) || !(df2 > 0.0) || isinf(df1) || isinf(df2)) {
        return NAN;
    }
    if (f <= 0.0) {
        return 1.0;
    }
    return isinf(odds) ? 0.0
                       : beta_lower(df2 / 2.0, df1 / 2.0, 1.0 / (1.0 + odds), odds / (1.0 + odds));
}

double f_quantile(double p, double df1, double df2)
{
    if (!(p > 0.0 && p < 1.0 && df1 > 0.0 && df2 > 0.0 && isfinite(df1) && isfinite(df2))) {
        return NAN;
    }
    return df2 / df1 * exp(beta_log_odds(df1 / 2.0, df2 / 2.0, p));
}
