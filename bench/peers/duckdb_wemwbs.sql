-- WEMWBS, start to m12: counts, means, SDs, change and Wilcoxon's V, by site and of All. DuckDB.
SET threads = @THREADS@;
SET preserve_insertion_order = false;
COPY (
WITH rows AS (
  SELECT participant_id, site, stage,
    @ITEMS@
  FROM read_csv('@CSV@', header = true, auto_detect = false, delim = ',', quote = '"',
    escape = '"', new_line = '@NEW_LINE@', columns = {@COLUMNS@})
  WHERE stage IN ('start', 'm12')),
forms AS (
  SELECT participant_id, site, stage, CASE WHEN
    w01 BETWEEN 1 AND 5 AND w02 BETWEEN 1 AND 5 AND w03 BETWEEN 1 AND 5 AND
    w04 BETWEEN 1 AND 5 AND w05 BETWEEN 1 AND 5 AND w06 BETWEEN 1 AND 5 AND
    w07 BETWEEN 1 AND 5 AND w08 BETWEEN 1 AND 5 AND w09 BETWEEN 1 AND 5 AND
    w10 BETWEEN 1 AND 5 AND w11 BETWEEN 1 AND 5 AND w12 BETWEEN 1 AND 5 AND
    w13 BETWEEN 1 AND 5 AND w14 BETWEEN 1 AND 5
    THEN w01 + w02 + w03 + w04 + w05 + w06 + w07 + w08 + w09 + w10 + w11 + w12 + w13 + w14 END score
  FROM rows),
pairs AS MATERIALIZED (
  SELECT site, b, a, a - b d FROM (
    SELECT any_value(site) site, max(score) FILTER (stage = 'start') b,
      max(score) FILTER (stage = 'm12') a
    FROM forms GROUP BY participant_id)),
summary AS (
  SELECT coalesce(site::VARCHAR, 'All') cohort, count(d) viable, count(*) - count(d) discounted,
    avg(b) FILTER (d IS NOT NULL) mb, stddev_samp(b) FILTER (d IS NOT NULL) sb,
    avg(a) FILTER (d IS NOT NULL) ma, stddev_samp(a) FILTER (d IS NOT NULL) sa,
    avg(d) md, stddev_samp(d) sd
  FROM pairs
  GROUP BY GROUPING SETS ((site), ())),
sizes AS (
  SELECT coalesce(site::VARCHAR, 'All') cohort, abs(d) size,
    count(*) FILTER (d > 0) up, count(*) n
  FROM pairs WHERE d <> 0
  GROUP BY GROUPING SETS ((site, abs(d)), (abs(d)))),
ranks AS (
  SELECT cohort, up, sum(n) OVER (PARTITION BY cohort ORDER BY size) - n + (n + 1) / 2.0 rank
  FROM sizes),
signed AS (SELECT cohort, sum(up * rank) v FROM ranks GROUP BY cohort)
SELECT 'wemwbs' instrument, 'total' scale, cohort, viable, discounted,
  mb "before.mean", sb "before.sd", ma "after.mean", sa "after.sd",
  md "change.mean", sd "change.sd",
  CASE WHEN viable > 0 THEN coalesce(v, 0) END::DOUBLE "change.v"
FROM summary LEFT JOIN signed USING (cohort)
) TO '@OUT@' (FORMAT csv, HEADER);
