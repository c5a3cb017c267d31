// SDQ, before to after, 5 subscales and total, by informant and site, with Polars. node ... CSV OUT
const fs = require('fs');
const pl = require('nodejs-polars');
const table = require('./polars_table.js');
const [, , csv, out] = process.argv;
const subscales = {
  emotional: [3, 8, 13, 16, 24], conduct: [5, 7, 12, 18, 22], hyperactivity: [2, 10, 15, 21, 25],
  peer: [6, 11, 14, 19, 23], prosocial: [1, 4, 9, 17, 20] };
const reversed = [7, 11, 14, 21, 25];
const name = (i) => `s${String(i).padStart(2, '0')}`;

const clean = Array.from({ length: 25 }, (_, k) => {
  const item = pl.col(name(k + 1)).cast(pl.Int16);
  return pl.when(item.gtEq(0).and(item.ltEq(2)))
    .then(reversed.includes(k + 1) ? pl.lit(2).minus(item) : item).otherwise(pl.lit(null))
    .cast(pl.Int16).alias(name(k + 1));
});
const scored = Object.entries(subscales).map(([scale, items]) => {
  const answered = items.map((i) => pl.col(name(i)).isNotNull().cast(pl.Int16));
  const n = answered.reduce((x, y) => x.plus(y));
  const sum = items.map((i) => pl.col(name(i)).fillNull(pl.lit(0))).reduce((x, y) => x.plus(y));
  const prorated = sum.cast(pl.Float64).multiplyBy(5).divideBy(n).plus(0.5).floor();
  return pl.when(n.gtEq(3)).then(prorated).otherwise(pl.lit(null)).alias(scale);
});
const scales = [...Object.keys(subscales), 'total'];
const at = (scale, stage) => pl.col(scale).filter(pl.col('stage').eq(pl.lit(stage))).max();
const keys = [pl.col('participant_id'), pl.col('site'), pl.col('informant'), pl.col('stage')];
const people = pl.scanCSV(csv, { hasHeader: true })
  .select(...keys, ...clean)
  .select(...keys, ...scored)
  .withColumns(pl.col('emotional').plus(pl.col('conduct')).plus(pl.col('hyperactivity'))
    .plus(pl.col('peer')).alias('total'))
  .groupBy('participant_id')
  .agg(pl.col('site').first(), pl.col('informant').first(), ...scales.flatMap((scale) => [
    at(scale, 'before').alias(`b_${scale}`), at(scale, 'after').alias(`a_${scale}`)]))
  .collectSync();
const lines = scales.flatMap((scale) => table.lines(people.select(
  pl.col('informant').alias('group'), pl.col('site'), pl.col(`b_${scale}`).alias('b'),
  pl.col(`a_${scale}`).alias('a')), (informant) => [`sdq-${informant}`, scale]));
fs.writeFileSync(out, [table.header, ...lines].join('\n') + '\n');
