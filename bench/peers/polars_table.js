// The table of counts, means, SDs, change and Wilcoxon's V from pairs of scores. For polars_*.js.
const pl = require('nodejs-polars');

// V of each group from how often each difference occurs in it
function signedRanks(histogram, keyOf) {
  const groups = new Map();
  for (const { d, count, ...group } of histogram) {
    for (const key of keyOf(group)) {
      if (!groups.has(key)) groups.set(key, new Map());
      const sizes = groups.get(key), size = Math.abs(Number(d));
      const [up, n] = sizes.get(size) ?? [0, 0];
      sizes.set(size, [up + (d > 0 ? Number(count) : 0), n + Number(count)]);
    }
  }
  const v = new Map();
  for (const [key, sizes] of groups) {
    let below = 0, sum = 0;
    for (const size of [...sizes.keys()].sort((x, y) => x - y)) {
      const [up, n] = sizes.get(size);
      sum += up * (below + (n + 1) / 2);
      below += n;
    }
    v.set(key, sum);
  }
  return v;
}

// pairs: columns group (text), site, b, a; names(group) gives [instrument, scale]. CSV lines.
exports.lines = (pairs, names) => {
  const withChange = pairs.withColumns(pl.col('a').minus(pl.col('b')).round(9).alias('d'));
  const both = pl.col('d').isNotNull();
  const figures = [
    pl.col('d').count().alias('n'), pl.col('site').count().alias('all'),
    pl.col('b').filter(both).mean().alias('mb'), pl.col('b').filter(both).std().alias('sb'),
    pl.col('a').filter(both).mean().alias('ma'), pl.col('a').filter(both).std().alias('sa'),
    pl.col('d').mean().alias('md'), pl.col('d').std().alias('sd')];
  const rows = [
    ...withChange.groupBy('group').agg(...figures).toRecords().map((r) => ({ ...r, site: 'All' })),
    ...withChange.groupBy('group', 'site').agg(...figures).toRecords()];
  const histogram = withChange.filter(both.and(pl.col('d').neq(0))).groupBy('group', 'site', 'd')
    .agg(pl.col('b').count().alias('count')).toRecords();
  const v = signedRanks(histogram, (g) => [`${g.group}/${g.site}`, `${g.group}/All`]);
  return rows.map((r) => [...names(r.group), r.site, r.n, Number(r.all) - Number(r.n), r.mb, r.sb,
    r.ma, r.sa, r.md, r.sd, Number(r.n) > 0 ? v.get(`${r.group}/${r.site}`) ?? 0 : '']
    .map((x) => x ?? '').join(','));
};

exports.header = 'instrument,scale,cohort,viable,discounted,before.mean,before.sd,after.mean,'
  + 'after.sd,change.mean,change.sd,change.v';
