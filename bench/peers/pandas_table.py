# One row of the table: counts, means, SDs, change, t and Wilcoxon of a cohort. For pandas_*.py.
import numpy as np
from scipy import stats


def row(instrument, scale, cohort, b, a):
    both = ~(np.isnan(b) | np.isnan(a))
    total, b, a = len(b), b[both], a[both]
    d = np.round(a - b, 9)
    n, sd = len(d), lambda x: x.std(ddof=1) if len(x) > 1 else np.nan
    mean = lambda x: x.mean() if len(x) else np.nan
    t = stats.ttest_1samp(d, 0) if n > 1 and sd(d) > 0 else None
    ranks = stats.rankdata(np.abs(d[d != 0]))
    w = (stats.wilcoxon(d, zero_method="wilcox", correction=True, mode="approx")
         if len(ranks) else None)
    return {
        "instrument": instrument, "scale": scale, "cohort": cohort,
        "viable": n, "discounted": total - n, "before.mean": mean(b), "before.sd": sd(b),
        "after.mean": mean(a), "after.sd": sd(a), "change.mean": mean(d), "change.sd": sd(d),
        "change.t": t.statistic if t else np.nan, "change.p_t": t.pvalue if t else np.nan,
        "change.v": ranks[d[d != 0] > 0].sum() if n else np.nan,
        "change.p_wilcoxon": w.pvalue if w else np.nan}
