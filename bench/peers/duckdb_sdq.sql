-- SDQ, before to after, 5 subscales (3 of 5 items, half up) and the total, by informant, site.
SET threads = @THREADS@;
SET preserve_insertion_order = false;
COPY (
WITH rows AS (
  SELECT participant_id, site, informant, stage,
    @ITEMS@
  FROM read_csv('@CSV@', header = true, auto_detect = false, delim = ',', quote = '"',
    escape = '"', new_line = '@NEW_LINE@', columns = {@COLUMNS@})),
clean AS (
  SELECT participant_id, site, informant, stage,
    CASE WHEN s01 BETWEEN 0 AND 2 THEN s01::SMALLINT END s01,
    CASE WHEN s02 BETWEEN 0 AND 2 THEN s02::SMALLINT END s02,
    CASE WHEN s03 BETWEEN 0 AND 2 THEN s03::SMALLINT END s03,
    CASE WHEN s04 BETWEEN 0 AND 2 THEN s04::SMALLINT END s04,
    CASE WHEN s05 BETWEEN 0 AND 2 THEN s05::SMALLINT END s05,
    CASE WHEN s06 BETWEEN 0 AND 2 THEN s06::SMALLINT END s06,
    CASE WHEN s07 BETWEEN 0 AND 2 THEN 2 - s07::SMALLINT END s07,
    CASE WHEN s08 BETWEEN 0 AND 2 THEN s08::SMALLINT END s08,
    CASE WHEN s09 BETWEEN 0 AND 2 THEN s09::SMALLINT END s09,
    CASE WHEN s10 BETWEEN 0 AND 2 THEN s10::SMALLINT END s10,
    CASE WHEN s11 BETWEEN 0 AND 2 THEN 2 - s11::SMALLINT END s11,
    CASE WHEN s12 BETWEEN 0 AND 2 THEN s12::SMALLINT END s12,
    CASE WHEN s13 BETWEEN 0 AND 2 THEN s13::SMALLINT END s13,
    CASE WHEN s14 BETWEEN 0 AND 2 THEN 2 - s14::SMALLINT END s14,
    CASE WHEN s15 BETWEEN 0 AND 2 THEN s15::SMALLINT END s15,
    CASE WHEN s16 BETWEEN 0 AND 2 THEN s16::SMALLINT END s16,
    CASE WHEN s17 BETWEEN 0 AND 2 THEN s17::SMALLINT END s17,
    CASE WHEN s18 BETWEEN 0 AND 2 THEN s18::SMALLINT END s18,
    CASE WHEN s19 BETWEEN 0 AND 2 THEN s19::SMALLINT END s19,
    CASE WHEN s20 BETWEEN 0 AND 2 THEN s20::SMALLINT END s20,
    CASE WHEN s21 BETWEEN 0 AND 2 THEN 2 - s21::SMALLINT END s21,
    CASE WHEN s22 BETWEEN 0 AND 2 THEN s22::SMALLINT END s22,
    CASE WHEN s23 BETWEEN 0 AND 2 THEN s23::SMALLINT END s23,
    CASE WHEN s24 BETWEEN 0 AND 2 THEN s24::SMALLINT END s24,
    CASE WHEN s25 BETWEEN 0 AND 2 THEN 2 - s25::SMALLINT END s25
  FROM rows),
subscales AS (
  SELECT participant_id, site, informant, stage,
    CASE WHEN (s03 IS NOT NULL)::TINYINT + (s08 IS NOT NULL)::TINYINT + (s13 IS NOT NULL)::TINYINT +
      (s16 IS NOT NULL)::TINYINT + (s24 IS NOT NULL)::TINYINT >= 3
      THEN floor(5.0 * (coalesce(s03, 0) + coalesce(s08, 0) + coalesce(s13, 0) + coalesce(s16, 0) +
      coalesce(s24, 0))
      / ((s03 IS NOT NULL)::TINYINT + (s08 IS NOT NULL)::TINYINT + (s13 IS NOT NULL)::TINYINT +
      (s16 IS NOT NULL)::TINYINT + (s24 IS NOT NULL)::TINYINT) + 0.5)::SMALLINT END emotional,
    CASE WHEN (s05 IS NOT NULL)::TINYINT + (s07 IS NOT NULL)::TINYINT + (s12 IS NOT NULL)::TINYINT +
      (s18 IS NOT NULL)::TINYINT + (s22 IS NOT NULL)::TINYINT >= 3
      THEN floor(5.0 * (coalesce(s05, 0) + coalesce(s07, 0) + coalesce(s12, 0) + coalesce(s18, 0) +
      coalesce(s22, 0))
      / ((s05 IS NOT NULL)::TINYINT + (s07 IS NOT NULL)::TINYINT + (s12 IS NOT NULL)::TINYINT +
      (s18 IS NOT NULL)::TINYINT + (s22 IS NOT NULL)::TINYINT) + 0.5)::SMALLINT END conduct,
    CASE WHEN (s02 IS NOT NULL)::TINYINT + (s10 IS NOT NULL)::TINYINT + (s15 IS NOT NULL)::TINYINT +
      (s21 IS NOT NULL)::TINYINT + (s25 IS NOT NULL)::TINYINT >= 3
      THEN floor(5.0 * (coalesce(s02, 0) + coalesce(s10, 0) + coalesce(s15, 0) + coalesce(s21, 0) +
      coalesce(s25, 0))
      / ((s02 IS NOT NULL)::TINYINT + (s10 IS NOT NULL)::TINYINT + (s15 IS NOT NULL)::TINYINT +
      (s21 IS NOT NULL)::TINYINT + (s25 IS NOT NULL)::TINYINT) + 0.5)::SMALLINT END hyperactivity,
    CASE WHEN (s06 IS NOT NULL)::TINYINT + (s11 IS NOT NULL)::TINYINT + (s14 IS NOT NULL)::TINYINT +
      (s19 IS NOT NULL)::TINYINT + (s23 IS NOT NULL)::TINYINT >= 3
      THEN floor(5.0 * (coalesce(s06, 0) + coalesce(s11, 0) + coalesce(s14, 0) + coalesce(s19, 0) +
      coalesce(s23, 0))
      / ((s06 IS NOT NULL)::TINYINT + (s11 IS NOT NULL)::TINYINT + (s14 IS NOT NULL)::TINYINT +
      (s19 IS NOT NULL)::TINYINT + (s23 IS NOT NULL)::TINYINT) + 0.5)::SMALLINT END peer,
    CASE WHEN (s01 IS NOT NULL)::TINYINT + (s04 IS NOT NULL)::TINYINT + (s09 IS NOT NULL)::TINYINT +
      (s17 IS NOT NULL)::TINYINT + (s20 IS NOT NULL)::TINYINT >= 3
      THEN floor(5.0 * (coalesce(s01, 0) + coalesce(s04, 0) + coalesce(s09, 0) + coalesce(s17, 0) +
      coalesce(s20, 0))
      / ((s01 IS NOT NULL)::TINYINT + (s04 IS NOT NULL)::TINYINT + (s09 IS NOT NULL)::TINYINT +
      (s17 IS NOT NULL)::TINYINT + (s20 IS NOT NULL)::TINYINT) + 0.5)::SMALLINT END prosocial
  FROM clean),
forms AS (SELECT *, emotional + conduct + hyperactivity + peer total FROM subscales),
people AS MATERIALIZED (
  SELECT any_value(site) site, any_value(informant) informant,
    max(emotional) FILTER (stage = 'before') b_emotional,
    max(emotional) FILTER (stage = 'after') a_emotional,
    max(conduct) FILTER (stage = 'before') b_conduct,
    max(conduct) FILTER (stage = 'after') a_conduct,
    max(hyperactivity) FILTER (stage = 'before') b_hyperactivity,
    max(hyperactivity) FILTER (stage = 'after') a_hyperactivity,
    max(peer) FILTER (stage = 'before') b_peer, max(peer) FILTER (stage = 'after') a_peer,
    max(prosocial) FILTER (stage = 'before') b_prosocial,
    max(prosocial) FILTER (stage = 'after') a_prosocial,
    max(total) FILTER (stage = 'before') b_total, max(total) FILTER (stage = 'after') a_total
  FROM forms GROUP BY participant_id),
pairs AS MATERIALIZED (
  SELECT *, a - b d FROM (
    SELECT 'emotional' scale, informant, site, b_emotional b, a_emotional a FROM people
    UNION ALL SELECT 'conduct' scale, informant, site, b_conduct b, a_conduct a FROM people
    UNION ALL SELECT 'hyperactivity' scale, informant, site, b_hyperactivity b, a_hyperactivity a
    FROM people
    UNION ALL SELECT 'peer' scale, informant, site, b_peer b, a_peer a FROM people
    UNION ALL SELECT 'prosocial' scale, informant, site, b_prosocial b, a_prosocial a FROM people
    UNION ALL SELECT 'total' scale, informant, site, b_total b, a_total a FROM people)),
summary AS (
  SELECT informant, scale, coalesce(site::VARCHAR, 'All') cohort, count(d) viable,
    count(*) - count(d) discounted,
    avg(b) FILTER (d IS NOT NULL) mb, stddev_samp(b) FILTER (d IS NOT NULL) sb,
    avg(a) FILTER (d IS NOT NULL) ma, stddev_samp(a) FILTER (d IS NOT NULL) sa,
    avg(d) md, stddev_samp(d) sd
  FROM pairs
  GROUP BY GROUPING SETS ((informant, scale, site), (informant, scale))),
sizes AS (
  SELECT informant, scale, coalesce(site::VARCHAR, 'All') cohort, abs(d) size,
    count(*) FILTER (d > 0) up, count(*) n
  FROM pairs WHERE d <> 0
  GROUP BY GROUPING SETS ((informant, scale, site, abs(d)), (informant, scale, abs(d)))),
ranks AS (
  SELECT informant, scale, cohort, up,
    sum(n) OVER (PARTITION BY informant, scale, cohort ORDER BY size) - n + (n + 1) / 2.0 rank
  FROM sizes),
signed AS (
  SELECT informant, scale, cohort, sum(up * rank) v FROM ranks GROUP BY informant, scale, cohort)
SELECT 'sdq-' || informant instrument, scale, cohort, viable, discounted,
  mb "before.mean", sb "before.sd", ma "after.mean", sa "after.sd",
  md "change.mean", sd "change.sd",
  CASE WHEN viable > 0 THEN coalesce(v, 0) END::DOUBLE "change.v"
FROM summary LEFT JOIN signed USING (informant, scale, cohort)
) TO '@OUT@' (FORMAT csv, HEADER);
