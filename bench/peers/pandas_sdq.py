# SDQ, before to after, 5 subscales and total, by informant and site. pandas. ... CSV OUT
import sys
import numpy as np
import pandas as pd
from pandas_table import row

items = [f"s{i:02d}" for i in range(1, 26)]
subscales = {"emotional": [3, 8, 13, 16, 24], "conduct": [5, 7, 12, 18, 22],
             "hyperactivity": [2, 10, 15, 21, 25], "peer": [6, 11, 14, 19, 23],
             "prosocial": [1, 4, 9, 17, 20]}
keys = ["participant_id", "site", "informant"]
types = {**{x: "float32" for x in items}, "site": "int32", "stage": "category"}
d = pd.read_csv(sys.argv[1], usecols=keys + ["stage"] + items, dtype=types)
m = d[items].to_numpy(copy=True)
d = d[keys + ["stage"]].astype({"stage": str})
with np.errstate(invalid="ignore"):
    m[~((m >= 0) & (m <= 2))] = np.nan
for i in (7, 11, 14, 21, 25):
    m[:, i - 1] = 2 - m[:, i - 1]
for scale, numbers in subscales.items():
    x = m[:, [i - 1 for i in numbers]]
    n = (~np.isnan(x)).sum(axis=1)
    prorated = np.floor(5 * np.nansum(x, axis=1, dtype="float64") / np.maximum(n, 1) + 0.5)
    d[scale] = np.where(n >= 3, prorated, np.nan)
d["total"] = d.emotional + d.conduct + d.hyperactivity + d.peer
p = d[d.stage == "before"].merge(d[d.stage == "after"], on=keys, how="outer", suffixes=("_b", "_a"))
rows = []
for informant, q in p.groupby("informant"):
    for site, g in [("All", q)] + list(q.groupby("site")):
        rows += [row(f"sdq-{informant}", scale, site, g[scale + "_b"].to_numpy(),
                     g[scale + "_a"].to_numpy()) for scale in [*subscales, "total"]]
pd.DataFrame(rows).to_csv(sys.argv[2], index=False)
