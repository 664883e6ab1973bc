import type { Sql } from '../../database/postgres/sql.ts'
import { type ErrorTally, maxMessages, otherMessages, type RunTallies } from '../stored-run.ts'
import { isThere } from './item-rows.ts'
import { restored } from './storable-text.ts'

/** A single statement, so that all counts are of the same moment. */
const select = `SELECT ${isThere} AS is_there,
  (SELECT json_agg(json_build_array(ending, count)) FROM (
    SELECT ending, sum(count) AS count FROM ending_tallies WHERE run_id = $1 GROUP BY 1 HAVING sum(count) > 0
  ) AS tally) AS endings,
  (SELECT json_agg(tally ORDER BY count DESC, first) FROM (
    SELECT code, message, sum(count) AS count, min(id) AS first,
      (array_agg(example ORDER BY id) FILTER (WHERE example IS NOT NULL))[1] AS example
    FROM error_tallies WHERE run_id = $1 GROUP BY 1, 2 HAVING sum(count) > 0
  ) AS tally) AS errors,
  (SELECT json_agg(json_build_array(bucket, count)) FROM (
    SELECT bucket, sum(count) AS count FROM duration_tallies WHERE run_id = $1 GROUP BY 1 HAVING sum(count) > 0
  ) AS tally) AS durations`

interface TallyRow {
  readonly code: string
  readonly message: string
  readonly count: number
  readonly example: string | null
}

/** Statistics of a run; undefined if there is no such run. */
export async function talliesOf(sql: Sql, runId: number): Promise<RunTallies | undefined> {
  const [row] = await sql.query('tallies_of', select, [runId])
  if (row!.is_there !== true) return undefined
  const endings = (row!.endings ?? []) as readonly (readonly [string, number])[]
  const errors = ((row!.errors ?? []) as readonly TallyRow[]).map(({ code, message, count, example }) => ({
    code: restored(code),
    message: restored(message),
    count,
    example: restored(example ?? ''),
  }))
  return {
    endings: new Map(endings.map(([name, count]) => [restored(name), count])),
    errors: bounded(errors),
    durations: new Map((row!.durations ?? []) as readonly (readonly [number, number])[]),
  }
}

/** Limits the number of messages. Each shard is limited by itself, so that together they may exceed the maximum. */
function bounded(errors: readonly ErrorTally[]): readonly ErrorTally[] {
  const own = errors.filter(({ message }) => message !== otherMessages)
  if (own.length <= maxMessages) return errors
  const others = new Map(errors.filter(({ message }) => message === otherMessages).map((tally) => [tally.code, tally]))
  for (const { code, count, example } of own.slice(maxMessages)) {
    const known = others.get(code)
    others.set(code, {
      code,
      message: otherMessages,
      count: count + (known?.count ?? 0),
      example: known?.example ?? example,
    })
  }
  return [...own.slice(0, maxMessages), ...others.values()].sort((a, b) => b.count - a.count)
}
