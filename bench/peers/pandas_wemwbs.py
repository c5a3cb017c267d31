# WEMWBS, start to m12, by site and of All, with pandas and SciPy. python3 pandas_wemwbs.py CSV OUT
import sys
import numpy as np
import pandas as pd
from pandas_table import row

items = [f"w{i:02d}" for i in range(1, 15)]
types = {**{x: "float32" for x in items}, "site": "int32", "stage": "category"}
d = pd.read_csv(sys.argv[1], usecols=["participant_id", "site", "stage"] + items, dtype=types)
d = d[d.stage.isin(["start", "m12"])]
m = d[items].to_numpy()
with np.errstate(invalid="ignore"):
    bad = ~((m >= 1) & (m <= 5))
score = np.where(bad.any(axis=1), np.nan, m.sum(axis=1, dtype="float64"))
d = pd.DataFrame({"participant_id": d.participant_id, "site": d.site, "stage": d.stage.astype(str),
                  "score": score})
p = d[d.stage == "start"].merge(d[d.stage == "m12"], on=["participant_id", "site"], how="outer",
                                suffixes=("_b", "_a"))
groups = [("All", p)] + list(p.groupby("site"))
pd.DataFrame([row("wemwbs", "total", site, g.score_b.to_numpy(), g.score_a.to_numpy())
              for site, g in groups]).to_csv(sys.argv[2], index=False)
