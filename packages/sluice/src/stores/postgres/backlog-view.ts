/**
 * View with one row: the work available to workers now. Autoscalers and monitors need no other table. An index can be
 * searched for the statement's timestamp, which is constant; the clock's timestamp is evaluated for each row.
 */
export const backlogView = `
  CREATE VIEW backlog AS
  SELECT count(*)::bigint AS runs, coalesce(sum(left_now), 0)::bigint AS items FROM (
    SELECT greatest(0, read - settled + due) AS left_now FROM runs
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(succeeded + failed + parked), 0) AS settled FROM run_counts WHERE run_id = runs.id
    ) AS counts
    CROSS JOIN LATERAL (
      SELECT count(*) AS due FROM parked
      WHERE run_id = runs.id AND until <= extract(epoch FROM statement_timestamp()) * 1000
    ) AS parked_until_now
    WHERE is_shared AND NOT is_removed AND opened > finished
      AND (wish IS NULL OR wish::json ->> 'state' = 'running')
  ) AS open WHERE left_now > 0;
`
