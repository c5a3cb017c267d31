-- Goals, before to after: the change in the T-score of a family's common goals, by site. DuckDB.
SET threads = @THREADS@;
SET preserve_insertion_order = false;
COPY (
WITH goals AS (
  SELECT family_id, any_value(site) site, any_value(weight) w,
    max(level) FILTER (stage = 'before' AND level BETWEEN -2 AND 2) b,
    max(level) FILTER (stage = 'after' AND level BETWEEN -2 AND 2) a
  FROM (SELECT family_id, site, goal_no, weight, stage, @ITEMS@
    FROM read_csv('@CSV@', header = true, auto_detect = false, delim = ',', quote = '"',
    escape = '"', new_line = '@NEW_LINE@', columns = {@COLUMNS@}))
  GROUP BY family_id, goal_no),
families AS (
  SELECT any_value(site) site, count(b + a) n, sum(w * b) FILTER (b + a IS NOT NULL) wb,
    sum(w * a) FILTER (b + a IS NOT NULL) wa, sum(w) FILTER (b + a IS NOT NULL) sw,
    sum(w * w) FILTER (b + a IS NOT NULL) sww
  FROM goals GROUP BY family_id),
scores AS (
  SELECT site, CASE WHEN n > 0 THEN 50 + 10 * wb / sqrt(0.7 * sww + 0.3 * sw * sw) END b,
    CASE WHEN n > 0 THEN 50 + 10 * wa / sqrt(0.7 * sww + 0.3 * sw * sw) END a
  FROM families),
pairs AS MATERIALIZED (SELECT site, b, a, a - b d FROM scores),
summary AS (
  SELECT coalesce(site::VARCHAR, 'All') cohort, count(d) viable, count(*) - count(d) discounted,
    avg(b) FILTER (d IS NOT NULL) mb, stddev_samp(b) FILTER (d IS NOT NULL) sb,
    avg(a) FILTER (d IS NOT NULL) ma, stddev_samp(a) FILTER (d IS NOT NULL) sa,
    avg(d) md, stddev_samp(d) sd
  FROM pairs
  GROUP BY GROUPING SETS ((site), ())),
sizes AS (
  SELECT coalesce(site::VARCHAR, 'All') cohort, round(abs(d), 9) size,
    count(*) FILTER (d > 0) up, count(*) n
  FROM pairs WHERE abs(d) > 1e-9
  GROUP BY GROUPING SETS ((site, round(abs(d), 9)), (round(abs(d), 9)))),
ranks AS (
  SELECT cohort, up, sum(n) OVER (PARTITION BY cohort ORDER BY size) - n + (n + 1) / 2.0 rank
  FROM sizes),
signed AS (SELECT cohort, sum(up * rank) v FROM ranks GROUP BY cohort)
SELECT 'gas' instrument, 't_score' scale, cohort, viable, discounted,
  mb "before.mean", sb "before.sd", ma "after.mean", sa "after.sd",
  md "change.mean", sd "change.sd",
  CASE WHEN viable > 0 THEN coalesce(v, 0) END::DOUBLE "change.v"
FROM summary LEFT JOIN signed USING (cohort)
) TO '@OUT@' (FORMAT csv, HEADER);
