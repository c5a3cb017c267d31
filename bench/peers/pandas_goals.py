# Goals: the change in the T-score of a family's common goals, by site. pandas. python3 ... CSV OUT
import sys
import numpy as np
import pandas as pd
from pandas_table import row

d = pd.read_csv(sys.argv[1], usecols=["family_id", "site", "goal_no", "weight", "stage", "level"],
                dtype={"site": "int32", "stage": "category", "level": "float32"})
rated = d[(d.level >= -2) & (d.level <= 2)].astype({"level": "float64"})
g = rated[rated.stage == "before"].merge(rated[rated.stage == "after"], on=["family_id", "goal_no"],
                                         suffixes=("_b", "_a"))
g = pd.DataFrame({"family_id": g.family_id, "wb": g.weight_b * g.level_b,
                  "wa": g.weight_b * g.level_a, "w": g.weight_b, "ww": g.weight_b ** 2})
g = g.groupby("family_id").sum()
root = np.sqrt(0.7 * g.ww + 0.3 * g.w ** 2)
t = pd.DataFrame({"b": 50 + 10 * g.wb / root, "a": 50 + 10 * g.wa / root})
p = d.groupby("family_id").site.first().to_frame().join(t)
groups = [("All", p)] + list(p.groupby("site"))
pd.DataFrame([row("gas", "t_score", site, q.b.to_numpy(), q.a.to_numpy())
              for site, q in groups]).to_csv(sys.argv[2], index=False)
