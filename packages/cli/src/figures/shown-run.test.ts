import type { WorkerState } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { describe, expect, it } from 'vitest'
import { runLine, runTable, runText } from '../terminal/run-text.ts'
import { type ShownRun, shownRun, shownSharing, stateOf } from './shown-run.ts'

const now = Date.UTC(2026, 10, 20, 7, 15, 2)
const nothing = { endings: new Map(), errors: [], durations: new Map() }

const run: StoredRun = {
  id: 1,
  name: 'nightly',
  source: { name: 'urls.txt', identity: '', isSpooled: true },
  settings: {},
  keySeed: '',
  createdAt: now - 60_000,
  updatedAt: now,
  read: 50_000,
  hasEnded: true,
  settledBelow: 0,
  mark: undefined,
  succeeded: 12_000,
  failed: 40,
  parked: 0,
  nextDueAt: undefined,
  requests: 12_100,
  throttled: 0,
  elapsed: 0,
  claimedBy: undefined,
  isShared: true,
}

function worker(id: number, chunks: number, more: Partial<WorkerState> = {}): WorkerState {
  return {
    id,
    host: `web-${id}`,
    pid: 100 + id,
    concurrency: 100,
    inFlight: 12,
    settled: 3_000,
    isDraining: false,
    joinedAt: now - 50_000,
    seenAt: now - 1_000,
    isAlive: true,
    chunks: new Map(chunks > 0 ? [['nightly', chunks]] : [['hourly', 1]]),
    ...more,
  }
}

function shown(workers: readonly WorkerState[], more: Partial<StoredRun> = {}): ShownRun {
  const stored = { ...run, ...more }
  return shownRun(
    stored,
    nothing,
    'postgres://db.test/runs',
    shownSharing(stored, workers, { waiting: 180, held: 8, done: 60 }),
  )
}

describe('a shared run that is shown', () => {
  it('names those who hold chunks of it, and counts the others', () => {
    const lost = worker(2, 3, { isAlive: false, seenAt: now - 42_000 })
    const { state, shared } = shown([worker(3, 4), lost, worker(1, 1, { isDraining: true }), worker(9, 0)])
    expect(state).toBe('being worked on')
    expect(shared?.workers.map(({ id, state, chunks }) => [id, state, chunks])).toEqual([
      [1, 'draining', 1],
      [2, 'lost', 3],
      [3, 'working', 4],
    ])
    expect(shared).toMatchObject({ otherWorkers: 1, chunks: { waiting: 180, held: 8, done: 60 } })
  })

  it('is shown to people with a line for each worker', () => {
    const lost = worker(12, 3, { isAlive: false, seenAt: now - 42_000, inFlight: 0 })
    expect(runText(shown([worker(3, 1), lost]), now, 812.34)).toBe(
      [
        'nightly in postgres://db.test/runs',
        '  state      being worked on by 1 worker',
        '  input      urls.txt: 12,040 of 50,000 done',
        '  results    12,000 succeeded, 40 failed, 812.3/s',
        '  attempts   p50 0 ms   p90 0 ms   p95 0 ms   p99 0 ms   max 0 ms',
        '  requests   12,100 sent, 1.00 per item, 0 % refused (429)',
        '  time       started 2026-11-20 07:14:02 UTC, last 2026-11-20 07:15:02 UTC, worked 0 ms',
        '  chunks     180 waiting, 8 held, 60 done',
        '  workers    3 on web-3    process 103  12 in flight   1 chunk  3,000 settled        last seen 1 s ago',
        '             12 on web-12  process 112   0 in flight  3 chunks  3,000 settled  lost  last seen 42 s ago',
        '',
      ].join('\n'),
    )
  })

  it.each<[string, string, readonly WorkerState[], Partial<StoredRun>]>([
    ['being worked on by 2 workers', 'being worked on', [worker(1, 1), worker(2, 1)], {}],
    ['being worked on by 1 worker, and read by process 77', 'being worked on', [worker(1, 1)], { claimedBy: 77 }],
    ['being read by process 77; no worker is running', 'being read', [], { claimedBy: 77, hasEnded: false }],
    ['waiting for workers: start sluice worker', 'waiting for workers', [], {}],
    ['waiting for workers; 1 is running and may take it', 'waiting for workers', [worker(1, 0)], {}],
    ['waiting for workers: start sluice worker', 'waiting for workers', [worker(1, 2, { isAlive: false })], {}],
    ['waiting until 2026-11-20 08:00:00 UTC', 'waiting', [], { parked: 37_960, nextDueAt: Date.UTC(2026, 10, 20, 8) }],
    ['finished', 'finished', [worker(1, 1)], { succeeded: 49_960 }],
    [
      'interrupted: urls.txt was not read to its end; sluice resume --detach continues reading',
      'interrupted',
      [],
      { hasEnded: false, read: 12_040 },
    ],
  ])('is %s', (text, state, workers, more) => {
    const now = shown(workers, more)
    expect(now.state).toBe(state)
    expect(runText(now, 0)).toContain(`  state      ${text}\n`)
  })

  it('is a line in a log, and in the list', () => {
    expect(runLine(shown([worker(1, 1), worker(2, 1)], { parked: 3 }), 12)).toBe(
      'nightly: being worked on by 2 workers, 12,040 of 50,000 done, 40 failed, 3 parked, 12.0/s',
    )
    expect(runTable([run], [worker(1, 1), worker(2, 1)])).toMatch(/nightly {2}being worked on by 2 {2}12,040 {2}50,000/)
    expect(runTable([run])).toMatch(/nightly {2}waiting for workers/)
  })
})

describe('a run that misses its thresholds', () => {
  it('says by how much', () => {
    const missing = shown([], { settings: { flags: { minSuccess: '99.9%' } } })
    expect(missing.missed).toEqual(['threshold missed: 99.67 % succeeded, --min-success is 99.9 %'])
    expect(runText(missing, 0)).toContain('  missed     99.67 % succeeded, --min-success is 99.9 %\n')
    expect(shown([], {})).not.toHaveProperty('missed')
  })
})

describe('a run that one process does', () => {
  it('is shown as it always was', () => {
    const alone = { ...run, isShared: false }
    expect(stateOf({ ...alone, claimedBy: 7 })).toBe('being worked on')
    expect(stateOf(alone)).toBe('interrupted')
    expect(shownRun(alone, nothing, 'sqlite:run.db')).not.toHaveProperty('shared')
  })
})
