// Goals: the change in the T-score of a family's common goals, by site. Polars. node ... CSV OUT
const fs = require('fs');
const pl = require('nodejs-polars');
const table = require('./polars_table.js');
const [, , csv, out] = process.argv;

const level = pl.col('level');
const at = (stage) => level.filter(pl.col('stage').eq(pl.lit(stage))
  .and(level.gtEq(-2)).and(level.ltEq(2))).max().cast(pl.Float64);
const common = pl.col('b').isNotNull().and(pl.col('a').isNotNull());
const sum = (x) => x.filter(common).sum();
const w = pl.col('w');
const t = (side) => pl.when(pl.col('n').gt(0))
  .then(pl.col(side).multiplyBy(10).divideBy(pl.col('sww').multiplyBy(0.7)
    .plus(pl.col('sw').multiplyBy(pl.col('sw')).multiplyBy(0.3)).pow(0.5)).plus(50))
  .otherwise(pl.lit(null));
const pairs = pl.scanCSV(csv, { hasHeader: true })
  .groupBy(['family_id', 'goal_no'])
  .agg(pl.col('site').first(), pl.col('weight').first().cast(pl.Float64).alias('w'),
    at('before').alias('b'), at('after').alias('a'))
  .groupBy('family_id')
  .agg(pl.col('site').first(), common.cast(pl.Int32).sum().alias('n'),
    sum(w.multiplyBy(pl.col('b'))).alias('wb'), sum(w.multiplyBy(pl.col('a'))).alias('wa'),
    sum(w).alias('sw'), sum(w.multiplyBy(w)).alias('sww'))
  .select(pl.col('site'), t('wb').alias('b'), t('wa').alias('a'))
  .collectSync()
  .withColumns(pl.lit('gas').alias('group'));
const lines = table.lines(pairs, () => ['gas', 't_score']);
fs.writeFileSync(out, [table.header, ...lines].join('\n') + '\n');
