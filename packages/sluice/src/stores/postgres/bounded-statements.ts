import { claimChunksFunction } from './chunk-claims.ts'
import { keepGroup } from './commit-functions.ts'

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

/** Statement that also replaces what an earlier version has created. */
export function replacing(create: string): string {
  return create.replace('CREATE', 'CREATE OR REPLACE')
}

/**
 * Vacuums and analyzes a long table after 2 % of its rows have changed, not after 20 %, which is 400,000 rows of
 * 2,000,000. Worker reports change no indexed column, so that rows are updated in place.
 */
const upkeep = `
  ALTER TABLE results SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.02);
  ALTER TABLE spooled SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.02);
  ALTER TABLE parked SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
  ALTER TABLE chunks SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
  DROP INDEX workers_by_sight;
`

/**
 * Functions that read only the rows they need, whatever statistics PostgreSQL has. For a run that was added since the
 * last ANALYZE, it assumes one row, and would read the whole run for each row of a join. A list of keys is always
 * looked up in the index; a join may not be. The list comes with its bounds, because PostgreSQL before 17 may use a
 * list only as a filter. Includes the upkeep of long tables.
 */
export const boundedStatements: string =
  [keepGroup, claimChunksFunction, backlogView].map(replacing).join('\n') + upkeep

/**
 * Settings of each connection. Every query finds its rows by an index, in the index's order. Sequential scans save a
 * little on small tables, and cost many times that where the planner is wrong.
 */
export const planning = 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;'
