#include "engine/stats/proportion.h"

#include <assert.h>
#include <math.h>

/* The standard normal quantile at 0.975. */
#define Z_975 1.959963984540054

struct interval proportion_wilson(uint64_t successes, uint64_t n)
{
    const double x = (double)successes, all = (double)n, zz = Z_975 * Z_975;
    const double both = 2.0 * x + zz + Z_975 * sqrt(zz + 4.0 * x * ((all - x) / all));
    assert(successes <= n);
    if (n == 0) {
        return (struct interval){NAN, NAN};
    }
    /* The product of both roots is x^2 / (n (n + z^2)): the lower one is that divided by the upper. */
    return (struct interval){2.0 * x / all * (x / both),
                             successes == n ? 1.0 : both / (2.0 * (all + zz))};
}
