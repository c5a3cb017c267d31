// WEMWBS, start to m12, by site and of All, with Polars (lazy). node polars_wemwbs.js CSV OUT
const fs = require('fs');
const pl = require('nodejs-polars');
const table = require('./polars_table.js');
const [, , csv, out] = process.argv;

let score = null, valid = null;
for (let i = 1; i <= 14; i++) {
  const item = pl.col(`w${String(i).padStart(2, '0')}`).cast(pl.Int16);
  const taken = item.gtEq(1).and(item.ltEq(5));
  score = score ? score.plus(item) : item;
  valid = valid ? valid.and(taken) : taken;
}
const at = (stage) => pl.col('score').filter(pl.col('stage').eq(pl.lit(stage))).max();
const pairs = pl.scanCSV(csv, { hasHeader: true })
  .filter(pl.col('stage').eq(pl.lit('start')).or(pl.col('stage').eq(pl.lit('m12'))))
  .select(pl.col('participant_id'), pl.col('site'), pl.col('stage'),
    pl.when(valid).then(score).otherwise(pl.lit(null)).alias('score'))
  .groupBy('participant_id')
  .agg(pl.col('site').first(), at('start').alias('b'), at('m12').alias('a'))
  .collectSync()
  .withColumns(pl.lit('wemwbs').alias('group'));
const lines = table.lines(pairs, () => ['wemwbs', 'total']);
fs.writeFileSync(out, [table.header, ...lines].join('\n') + '\n');
