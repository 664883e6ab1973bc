import { durationBucket } from '../../algorithms/histogram/duration-buckets.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { endingOf, type StoredResult } from '../stored-item.ts'
import { type ErrorTally, maxMessages, otherMessages, type RunTallies } from '../stored-run.ts'

/** Failures of a group that have the same code and message. */
interface GroupError {
  readonly code: string
  readonly message: string
  readonly example: string
  readonly exampleIndex: number
  count: number
}

/** Counts that a group adds to its run, from the results that were stored. */
export class GroupTally {
  succeeded = 0
  failed = 0
  requests = 0
  throttled = 0
  readonly endings: Map<string, number> = new Map()
  readonly errors: Map<string, GroupError> = new Map()
  readonly durations: Map<number, number> = new Map()

  add(result: StoredResult): void {
    const { ok, error, requests, throttled, attemptMs } = result
    if (ok) this.succeeded++
    else this.failed++
    this.requests += requests
    this.throttled += throttled
    increment(this.endings, endingOf(result))
    for (const duration of attemptMs) increment(this.durations, durationBucket(duration))
    if (error === undefined) return

    const { code, message } = error
    const key = `${code} ${message}`
    const known = this.errors.get(key)
    if (known !== undefined) known.count++
    else this.errors.set(key, { code, message, example: result.id, exampleIndex: result.index, count: 1 })
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Adds the counts of a group to the stored counts. */
export function addTally(database: SqliteDatabase, runId: number, { endings, errors, durations }: GroupTally): void {
  for (const [ending, count] of endings) {
    database.run(
      `INSERT INTO ending_tallies (run_id, ending, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      runId,
      ending,
      count,
    )
  }
  for (const error of errors.values()) addError(database, runId, error)
  for (const [bucket, count] of durations) {
    database.run(
      `INSERT INTO duration_tallies (run_id, bucket, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      runId,
      bucket,
      count,
    )
  }
}

export function talliesOf(database: SqliteDatabase, runId: number): RunTallies {
  const endings = database.all('SELECT ending, count FROM ending_tallies WHERE run_id = ? AND count > 0', runId)
  const errors = database.all(
    `SELECT code, message, count, example FROM error_tallies WHERE run_id = ? AND count > 0
     ORDER BY count DESC, id`,
    runId,
  )
  const durations = database.all('SELECT bucket, count FROM duration_tallies WHERE run_id = ?', runId)
  return {
    endings: new Map(endings.map((row) => [row.ending as string, row.count as number])),
    errors: errors.map((row) => ({ ...row }) as unknown as ErrorTally),
    durations: new Map(durations.map((row) => [row.bucket as number, row.count as number])),
  }
}

/**
 * Message under which an error is counted. A message that has a row of its own retains it, even at 0, so that its
 * count can be subtracted later.
 */
export function countedUnder(
  database: SqliteDatabase,
  runId: number,
  code: string,
  message: string,
): string | undefined {
  const row = database.get(
    `SELECT message FROM error_tallies WHERE run_id = ? AND code = ? AND message IN (?, '${otherMessages}')
     ORDER BY message = ? DESC LIMIT 1`,
    runId,
    code,
    message,
    message,
  )
  return row?.message as string | undefined
}

function addError(database: SqliteDatabase, runId: number, error: GroupError): void {
  const { code, message, count, example, exampleIndex } = error
  const isKnown = countedUnder(database, runId, code, message) === message
  const hasRoom = isKnown || database.number(rows, runId) < maxMessages
  database.run(
    `INSERT INTO error_tallies (run_id, code, message, count, example, example_idx) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET
       count = count + excluded.count,
       example = iif(count = 0, excluded.example, example),
       example_idx = iif(count = 0, excluded.example_idx, example_idx)`,
    runId,
    code,
    hasRoom ? message : otherMessages,
    count,
    example,
    exampleIndex,
  )
}

const rows = `SELECT count(*) FROM error_tallies WHERE run_id = ? AND message <> '${otherMessages}'`
