import { durationBucket } from '../../algorithms/histogram/duration-buckets.ts'
import type { Sql, SqlValue } from '../../database/postgres/sql.ts'
import { written, writtenHeaders } from '../plain-data.ts'
import type { CommitGroup } from '../run-store.ts'
import { packBody } from '../stored-body.ts'
import type { ParkedItem, StoredResult } from '../stored-item.ts'
import { storable } from './storable-text.ts'

/** Group as arguments of the database functions: the arguments of `keep_group` after the shard. */
export type GroupValues = readonly SqlValue[]

/** Writes a group and updates the counts. */
export async function commitGroup(
  sql: Sql,
  runId: number,
  shard: number,
  epoch: number | undefined,
  values: GroupValues,
  { progress }: CommitGroup,
): Promise<'kept' | 'unknown' | 'busy'> {
  const rows = await sql.query(
    'commit_group',
    'SELECT commit_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS outcome',
    [
      runId,
      epoch,
      shard,
      ...values,
      progress?.read,
      progress?.hasEnded,
      progress?.settledBelow,
      progress?.mark?.index,
      storable(progress?.mark?.mark),
    ],
  )
  return rows[0]!.outcome as 'kept' | 'unknown' | 'busy'
}

/**
 * Converts a group to arguments. `key` is unique and the same for every retry of the commit, so that nothing is
 * counted twice.
 */
export function groupValues(key: string, group: CommitGroup): GroupValues {
  const { results = [], parked = [], spooled = [], sends = [], elapsed = 0, at } = group
  const bodies: Uint8Array[] = []
  const rows = writtenResults(results, bodies)
  return [
    key,
    rows,
    bodies.length === 0 ? undefined : Buffer.concat(bodies),
    listOf(
      newestOf(parked).map((item) => ({
        idx: item.index,
        id: storable(item.id),
        until: item.until,
        code: storable(item.code),
      })),
    ),
    listOf(spooled.map(({ index, request }) => ({ idx: index, request: storable(request) }))),
    listOf(sends.map((send) => ({ ...send, quota: storable(send.quota) }))),
    elapsed,
    at,
  ]
}

/** Maximum total bytes of the bodies of a group: a PostgreSQL value is limited to 1 GiB. */
const mostBytes = 1_000_000_000

/** Serializes results as JSON rows. Appends their bodies to `bodies`: they are sent as bytes, not as text. */
function writtenResults(results: readonly StoredResult[], bodies: Uint8Array[]): string | undefined {
  const seen = new Set<number>()
  const rows: unknown[] = []
  // PostgreSQL counts bytes from 1.
  let from = 1
  for (const result of results) {
    if (seen.has(result.index)) continue
    seen.add(result.index)
    const { coding, bytes } = packBody(result.body)
    const { error } = result
    rows.push({
      idx: result.index,
      id: storable(result.id),
      url: storable(result.url),
      method: storable(result.method),
      ok: result.ok,
      status: result.status,
      error_code: storable(error?.code),
      error_message: storable(error?.message),
      error_retry_at: error?.retryAt,
      attempts: result.attempts,
      requests: result.requests,
      throttled: result.throttled,
      attempt_ms: result.attemptMs,
      timing: result.timing,
      headers: writtenHeaders(result),
      meta: written(result.meta),
      settled_at: result.settledAt,
      body_kind: result.bodyKind,
      body_coding: coding,
      body_length: result.body?.length,
      body_from: from,
      body_bytes: bytes?.length,
      buckets: result.attemptMs.map(durationBucket),
    })
    if (bytes !== undefined) {
      bodies.push(bytes)
      from += bytes.length
    }
  }
  if (from > mostBytes) throw new RangeError(`bodies of ${from - 1} bytes: PostgreSQL accepts at most ${mostBytes}`)
  return listOf(rows)
}

/** Last change of each item. */
function newestOf(items: readonly ParkedItem[]): readonly ParkedItem[] {
  return items.length < 2 ? items : [...new Map(items.map((item) => [item.index, item])).values()]
}

function listOf(rows: readonly unknown[]): string | undefined {
  return rows.length === 0 ? undefined : JSON.stringify(rows)
}
