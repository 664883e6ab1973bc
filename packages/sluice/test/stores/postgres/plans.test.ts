import { expect, it } from 'vitest'
import { groupValues } from '../../../src/stores/postgres/commit-rows.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { parkedOf, settledOf, spooledOf } from '../../../src/stores/postgres/item-rows.ts'
import { RowSweep } from '../../../src/stores/postgres/removed-rows.ts'
import { requeueRows } from '../../../src/stores/postgres/requeue-rows.ts'
import { resultsOf } from '../../../src/stores/postgres/result-rows.ts'
import { openRuns, runById, runByName, runsOf } from '../../../src/stores/postgres/run-rows.ts'
import { claimChunks, commitHeld, releaseChunks, takeOver } from '../../../src/stores/postgres/sharing/chunk-rows.ts'
import { beat, shownWorkers } from '../../../src/stores/postgres/sharing/worker-rows.ts'
import { talliesOf } from '../../../src/stores/postgres/tally-rows.ts'
import { resultOf } from '../stored.ts'
import { Database } from './database.ts'
import { ExplainedSql } from './explained-sql.ts'

/** Tables with a row for each item: no statement may read one of them to its end. */
const long = ['results', 'spooled', 'parked']
const items = 4_000
const chunk = 20

/** A run half of which is done: a tenth of that has failed. What is left waits, and some of it is parked. */
const addRun = (run: number): string => `
  INSERT INTO runs (name, creation, is_shared, source, key_seed, created_at, read, has_ended, is_removed)
    VALUES ('run-${run}', '${run}', true, '{"name":"list","identity":"list","isSpooled":true}', '', 1, ${items}, true, ${run === 3});
  INSERT INTO run_counts (run_id, shard, succeeded, failed, parked) VALUES (${run}, 0, ${items * 0.45}, ${items * 0.05}, ${items * 0.1});
  INSERT INTO spooled SELECT ${run}, n, '{"url":"/' || n || '"}' FROM generate_series(0, ${items - 1}) AS n;
  INSERT INTO results (run_id, idx, id, ok, status, error_code, error_message, attempts, requests, throttled, attempt_ms, timing, settled_at, body_kind)
    SELECT ${run}, n, n, n % 10 > 0, 200, CASE WHEN n % 10 = 0 THEN 'SLUICE_TIMEOUT' END, CASE WHEN n % 10 = 0 THEN 'late' END,
      1, 1, 0, '[1]', '[1,2,3,4,5,6]', 1, 'none' FROM generate_series(0, ${items / 2 - 1}) AS n;
  INSERT INTO parked SELECT ${run}, n, n, extract(epoch FROM now()) * 1000 + 3600000, 'SLUICE_THROTTLED'
    FROM generate_series(${items * 0.9}, ${items - 1}) AS n;
  INSERT INTO chunks (run_id, number, first_idx, end_idx, is_done)
    SELECT ${run}, n, n * ${chunk}, (n + 1) * ${chunk}, n < ${items / chunk / 2} FROM generate_series(0, ${items / chunk - 1}) AS n;
`

/** Makes PostgreSQL plan as for 200 times the rows, so that reading a table costs as much as in a large store. */
const enlarge = `UPDATE pg_class SET reltuples = reltuples * 200
  WHERE relnamespace = 'sluice'::regnamespace AND relname IN ('results', 'spooled', 'parked', 'chunks')`

/** Statistics of PostgreSQL about the tables: nothing in a new store, too little of runs that were added, or what there is. */
const states = [
  { known: 'nothing', planning: 'force_custom_plan', steps: [addRun(1), addRun(2), addRun(3)] },
  { known: 'too little', planning: 'force_custom_plan', steps: [addRun(1), 'ANALYZE', enlarge, addRun(2), addRun(3)] },
  { known: 'everything', planning: 'force_generic_plan', steps: [addRun(1), addRun(2), addRun(3), 'ANALYZE', enlarge] },
] as const

it.each(states)(
  'no worker and no look reads all rows of a run when $known is known of the tables',
  async ({ planning, steps }) => {
    await using database = await Database.open()
    await (await postgresStore({ url: database.url })).close()
    for (const table of [...long, 'chunks'])
      await database.ask(`ALTER TABLE sluice.${table} SET (autovacuum_enabled = off)`)
    for (const step of steps) await database.ask(`SET search_path = sluice; ${step}`)
    await using sql = await ExplainedSql.open(database.url, planning)
    const [worker] = await sql.query(
      undefined,
      "INSERT INTO workers (host, pid, concurrency) VALUES ('h', 1, 1) RETURNING id",
    )
    const id = worker!.id as number
    const read = async (most: number, work: () => Promise<unknown>): Promise<void> => {
      const scans = await sql.scansOf(work)
      expect(scans.length, String(work)).toBeGreaterThan(0)
      const bad = scans.filter(({ table, kind, rows }) => rows > most || (long.includes(table) && kind === 'Seq Scan'))
      expect.soft(bad, String(work)).toEqual([])
    }

    const report = { inFlight: 1, settled: 1, isDraining: false, isIdle: true }
    await read(10, () => beat(sql, id, report, 5_000))
    await read(10, () => openRuns(sql))
    await read(10, () => sql.query(undefined, 'SELECT runs, items FROM backlog'))
    const claimed = await claimChunks(sql, id, [])
    await read(100, async () =>
      claimed.push(
        ...(await claimChunks(sql, id, [
          { runId: 1, count: 2 },
          { runId: 2, count: 2 },
        ])),
      ),
    )
    expect(claimed.flatMap((one) => one.items)).toHaveLength(4 * chunk)
    const results = claimed[0]!.items.map(({ index }) => resultOf(index))
    await read(300, () => commitHeld(sql, 1, id, [claimed[0]!.chunk], groupValues('k', { results, at: 1 })))
    const parked = claimed[1]!.items.map(({ index }) => ({ index, id: '', until: 1, code: '' }))
    for (const key of ['l', 'm'])
      await read(300, () => commitHeld(sql, 1, id, [claimed[1]!.chunk], groupValues(key, { parked, at: 1 })))
    await read(300, () =>
      releaseChunks(
        sql,
        claimed.slice(0, 3).map((one) => one.chunk),
      ),
    )
    await read(600, async () => expect(await takeOver(sql, 0)).toBe(1))
    await read(100, () => shownWorkers(sql, 5_000))

    await read(10, () => runsOf(sql, { limit: 100 }))
    await read(10, () => runById(sql, 2))
    await read(10, () => runByName(sql, 'run-2'))
    await read(10, () => talliesOf(sql, 2))
    const page = { after: items / 4, limit: 100 }
    await read(110, () => resultsOf(sql, 2, page))
    await read(110, () => resultsOf(sql, 2, { ...page, maxBytes: 1_000_000 }))
    await read(110, () => resultsOf(sql, 2, { ...page, ok: false }))
    await read(110, () => settledOf(sql, 2, page))
    await read(110, () => spooledOf(sql, 2, page))
    await read(items * 0.1, () => parkedOf(sql, 2, { ...page, dueBy: 1 }))
    await read(items * 0.05 + 110, () => requeueRows(sql, 2, undefined, {}))
    await read(5_010, () => new RowSweep(sql).step())
  },
)
