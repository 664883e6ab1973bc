import type { StoredResult } from '../../src/stores/index.ts'
import type { NewRun } from '../../src/stores/stored-run.ts'

/** A run as a test wants it. */
export function newRun(name: string, rest: Partial<NewRun> = {}): NewRun {
  return {
    name,
    source: { name: 'list', identity: 'list', isSpooled: false },
    settings: { concurrency: '20' },
    keySeed: 'seed',
    createdAt: 1_000,
    ...rest,
  }
}

/** A success, but for what is said. */
export function resultOf(index: number, rest: Partial<StoredResult> = {}): StoredResult {
  return {
    index,
    id: String(index),
    url: `http://api.test/items/${index}`,
    method: 'GET',
    ok: true,
    status: 200,
    attempts: 1,
    requests: 1,
    throttled: 0,
    attemptMs: [12.5],
    timing: [0.5, 0, 1, 10, 1, 12.5],
    bodyKind: 'json',
    body: new TextEncoder().encode(`{"n":${index}}`),
    settledAt: 5_000,
    ...rest,
  }
}

/** A failure with a status. */
export function failureOf(index: number, status: number, rest: Partial<StoredResult> = {}): StoredResult {
  const error = { code: status >= 500 ? 'SLUICE_SERVER_ERROR' : 'SLUICE_CLIENT_ERROR', message: `${status} No` }
  return resultOf(index, { ok: false, status, error, bodyKind: 'none', body: undefined, ...rest })
}
