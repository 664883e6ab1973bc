import { backlogView } from './backlog-view.ts'
import { chunkClaims } from './chunk-claims.ts'
import { commitFunctions } from './commit-functions.ts'

/** Returns a function of an earlier migration step, with some of its text replaced. */
function replaced(step: string, name: string, changes: readonly (readonly [from: string, to: string])[]): string {
  const start = step.indexOf(`CREATE FUNCTION ${name}(`)
  let text = step.slice(start, step.indexOf('END $$;', start)).replace('CREATE', 'CREATE OR REPLACE')
  for (const [from, to] of changes) text = text.replace(from, to)
  return `${text}END $$;`
}

const keepGroup = replaced(commitFunctions, 'keep_group', [
  [
    'DELETE FROM parked USING kept WHERE parked.run_id = p_run AND parked.idx = kept.idx RETURNING 1',
    `DELETE FROM parked WHERE run_id = p_run AND idx = ANY (ARRAY(SELECT kept.idx FROM kept))
        AND idx >= (SELECT min(kept.idx) FROM kept) AND idx <= (SELECT max(kept.idx) FROM kept) RETURNING 1`,
  ],
  [
    'WHERE NOT EXISTS (SELECT FROM results WHERE run_id = p_run AND results.idx = one.idx)',
    `WHERE idx <> ALL (ARRAY(SELECT results.idx FROM results WHERE run_id = p_run AND results.idx = ANY (ARRAY(
        SELECT (item ->> 'idx')::bigint FROM json_array_elements(p_parked) AS item))
        AND results.idx >= (SELECT min((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)
        AND results.idx <= (SELECT max((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)))`,
  ],
  [
    'WHERE parked.run_id = p_run AND parked.idx = one.idx AND',
    `WHERE parked.run_id = p_run AND parked.idx = one.idx AND parked.idx = ANY (ARRAY(
        SELECT (item ->> 'idx')::bigint FROM json_array_elements(p_parked) AS item))
        AND parked.idx >= (SELECT min((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)
        AND parked.idx <= (SELECT max((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item) AND`,
  ],
])

const claim = replaced(chunkClaims, 'claim_chunks', [
  [
    `UPDATE chunks SET epoch = epoch + 1, worker = p_worker FROM next
        WHERE run_id = v_wish.run AND chunks.number = next.number RETURNING chunks.number`,
    `UPDATE chunks SET epoch = epoch + 1, worker = p_worker
        WHERE run_id = v_wish.run AND number = ANY (ARRAY(SELECT next.number FROM next))
        AND number >= (SELECT min(next.number) FROM next) AND number <= (SELECT max(next.number) FROM next)
        RETURNING chunks.number`,
  ],
  [
    'WHERE run_id = v_wish.run AND number = ANY (v_numbers) ORDER BY',
    `WHERE run_id = v_wish.run AND number = ANY (v_numbers) AND number >= (SELECT min(one) FROM unnest(v_numbers) AS one)
          AND number <= (SELECT max(one) FROM unnest(v_numbers) AS one) ORDER BY`,
  ],
])

/**
 * An index can be searched for the statement's timestamp, which is constant; the clock's timestamp is evaluated for
 * each row.
 */
const backlog = backlogView
  .replace('CREATE VIEW', 'CREATE OR REPLACE VIEW')
  .replace('clock_timestamp()', 'statement_timestamp()')

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
export const boundedStatements: string = `${keepGroup}\n${claim}\n${backlog}\n${upkeep}`

/**
 * Settings of each connection. Every query finds its rows by an index, in the index's order. Sequential scans save a
 * little on small tables, and cost many times that where the planner is wrong.
 */
export const planning = 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;'
