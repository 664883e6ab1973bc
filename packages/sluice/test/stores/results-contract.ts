import { beforeEach, expect, it } from 'vitest'
import { bucketEnd, durationBucket } from '../../src/algorithms/histogram/duration-buckets.ts'
import type { RunStore } from '../../src/stores/index.ts'
import type { Page } from '../../src/stores/run-store.ts'
import { failureOf, newRun, resultOf } from './stored.ts'

/** Creates a run and claims it. Returns its id. */
export async function begunRun(store: RunStore, name: string): Promise<number> {
  const { id } = await store.create(newRun(name))
  await store.claim(id)
  return id
}

/** Contract of every store for results; `current` is the store of a test. */
export function resultsContract(current: () => RunStore): void {
  let store: RunStore
  beforeEach(() => {
    store = current()
  })
  const begin = (): Promise<number> => begunRun(store, 'k')

  it('gives back a result as it was, whatever is in it', async () => {
    const id = await begin()
    const bytes = new Uint8Array(100_000).map((_, at) => (at * 7) % 256)
    const results = [
      resultOf(0, {
        meta: { row: 7, tags: ['ä', '😀'] },
        headers: { 'content-type': 'application/json' },
        protocol: 'h2',
        attemptParts: [
          [0, 2, 30, '503'],
          [400, 0, 90, 'SLUICE_TIMEOUT'],
        ],
      }),
      resultOf(1, { bodyKind: 'bytes', body: bytes }),
      resultOf(2, { bodyKind: 'none', body: undefined, status: 204, headers: undefined, protocol: 'http/1.1' }),
      resultOf(3, { bodyKind: 'text', body: new Uint8Array(0) }),
      failureOf(4, 503, {
        attempts: 3,
        requests: 4,
        throttled: 1,
        attemptMs: [10, 20.25, 30],
        error: {
          code: 'SLUICE_SERVER_ERROR',
          message: '503 Service Unavailable "quoted"',
          retryAt: 1_900_000_000_123,
        },
      }),
      resultOf(5, {
        ok: false,
        url: undefined,
        method: undefined,
        status: undefined,
        attempts: 0,
        requests: 0,
        attemptMs: [],
        bodyKind: 'none',
        body: undefined,
        error: { code: 'SLUICE_BAD_INPUT', message: 'no URL' },
      }),
    ]
    await store.commit(id, { results, at: 2_000 })
    expect(await store.results(id)).toEqual(results.map(withoutUndefined))
  })

  it('changes nothing when the same is settled twice', async () => {
    const id = await begin()
    const group = { results: [resultOf(0), failureOf(1, 500)], at: 2_000 }
    await store.commit(id, group)
    await store.commit(id, { ...group, results: [resultOf(0, { status: 201 }), resultOf(1), resultOf(2)] })

    expect((await store.results(id)).map(({ status }) => status)).toEqual([200, 500, 200])
    expect(await store.find('k')).toMatchObject({ succeeded: 2, failed: 1, requests: 3 })
    const { endings, durations } = await store.tallies(id)
    expect(endings).toEqual(
      new Map([
        ['200', 2],
        ['500', 1],
      ]),
    )
    expect([...durations.values()]).toEqual([3])
  })

  it('counts as it keeps: statuses, errors with an example, times of attempts, requests and refusals', async () => {
    const id = await begin()
    const unreached = { code: 'SLUICE_CONNECT', message: 'refused' }
    await store.commit(id, { results: [resultOf(0, { attemptMs: [1, 100] }), failureOf(1, 503)], at: 2_000 })
    await store.commit(id, {
      results: [
        failureOf(2, 503, { requests: 5, throttled: 2 }),
        resultOf(3, { ok: false, status: undefined, error: unreached, attemptMs: [] }),
      ],
      at: 3_000,
    })

    const { endings, errors, durations } = await store.tallies(id)
    expect([...endings].sort()).toEqual([
      ['200', 1],
      ['503', 2],
      ['SLUICE_CONNECT', 1],
    ])
    expect(errors).toEqual([
      { code: 'SLUICE_SERVER_ERROR', message: '503 No', count: 2, example: '1' },
      { ...unreached, count: 1, example: '3' },
    ])
    expect([...durations].sort(([a], [b]) => a - b)).toEqual([
      [durationBucket(1), 1],
      [durationBucket(12.5), 2],
      [durationBucket(100), 1],
    ])
    expect(bucketEnd(durationBucket(100))).toBeLessThan(102)
    expect(await store.find('k')).toMatchObject({ succeeded: 1, failed: 3, requests: 8, throttled: 2 })
  })

  it('gives results page by page, in order, and by how they ended', async () => {
    const id = await begin()
    const all = Array.from({ length: 25 }, (_, index) =>
      index % 5 === 0 ? failureOf(index, index === 10 ? 404 : 500, { settledAt: 1_000 * index }) : resultOf(index),
    )
    await store.commit(id, { results: all.toReversed(), at: 2_000 })

    const indexes = async (page: Parameters<RunStore['results']>[1]): Promise<number[]> =>
      (await store.results(id, page)).map(({ index }) => index)
    expect(await indexes({ limit: 10 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await indexes({ after: 9, limit: 3 })).toEqual([10, 11, 12])
    expect(await indexes({ ok: false })).toEqual([0, 5, 10, 15, 20])
    expect(await indexes({ ok: false, after: 5, limit: 2 })).toEqual([10, 15])
    expect(await indexes({ endings: ['404'] })).toEqual([10])
    expect(await indexes({ ok: false, before: 10_001, endings: ['500', '404'] })).toEqual([0, 5, 10])
  })

  it('ends a page after so many bytes, but not before its first item', async () => {
    const id = await begin()
    const sized = (index: number, length: number) => resultOf(index, { body: new Uint8Array(length).fill(index) })
    await store.commit(id, {
      results: [sized(0, 900), sized(1, 200), sized(2, 5), sized(3, 100)],
      spooled: [0, 1, 2].map((index) => ({ index, request: 'x'.repeat(500) })),
      at: 2_000,
    })

    const sizes = async (page: Page) => (await store.results(id, page)).map(({ body }) => body?.length)
    expect(await sizes({ maxBytes: 1_000 })).toEqual([900, 200])
    expect(await sizes({ maxBytes: 1_000, after: 1 })).toEqual([5, 100])
    expect(await sizes({ maxBytes: 1 })).toEqual([900])
    expect((await store.spooled(id, { maxBytes: 600 })).map(({ index }) => index)).toEqual([0, 1])
  })

  it('counts a bounded number of different messages, and the rest together', async () => {
    const id = await begin()
    const failure = (index: number, message: string) =>
      failureOf(index, 500, { error: { code: 'SLUICE_SERVER_ERROR', message } })
    const results = Array.from({ length: 250 }, (_, index) => failure(index, `request ${index} failed`))
    await store.commit(id, { results, at: 2_000 })
    await store.commit(id, { results: [failure(250, 'request 0 failed'), failure(251, 'request 240 failed')], at: 1 })

    const { errors } = await store.tallies(id)
    expect(errors).toHaveLength(201)
    expect(errors.slice(0, 2)).toEqual([
      { code: 'SLUICE_SERVER_ERROR', message: 'other messages', count: 51, example: '200' },
      { code: 'SLUICE_SERVER_ERROR', message: 'request 0 failed', count: 2, example: '0' },
    ])
    expect(await store.requeue(id)).toBe(252)
    expect((await store.tallies(id)).errors).toEqual([])
  })

  it('names an example that is still there when others of its kind were taken back', async () => {
    const id = await begin()
    await store.commit(id, {
      results: [failureOf(0, 503, { settledAt: 1_000 }), failureOf(1, 503, { settledAt: 2_000 })],
      at: 2_000,
    })
    expect(await store.requeue(id, { before: 1_500 })).toBe(1)
    expect((await store.tallies(id)).errors).toEqual([
      { code: 'SLUICE_SERVER_ERROR', message: '503 No', count: 1, example: '1' },
    ])
  })

  it('keeps nothing of a group if one item of it cannot be kept', async () => {
    const id = await begin()
    const meta = {
      toJSON() {
        throw new Error('no plain data')
      },
    }
    const broken = resultOf(1, { meta })
    await expect(store.commit(id, { results: [resultOf(0), broken], at: 2_000 })).rejects.toThrow()
    expect(await store.results(id)).toEqual([])
    expect(await store.find('k')).toMatchObject({ succeeded: 0, updatedAt: 1_000 })
    await store.commit(id, { results: [resultOf(0)], at: 2_000 })
    expect(await store.results(id)).toHaveLength(1)
  })
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>
}
