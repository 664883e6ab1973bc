import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { type MemoryHandler, memoryTransport } from '../../transport/transport.ts'
import type { Client } from '../client.ts'
import { createClient } from '../create-client.ts'
import type { CallResult } from '../result.ts'
import type { ClientOptions } from '../settings.ts'

function setup(handler: MemoryHandler, options: ClientOptions = {}): { client: Client; clock: ManualClock } {
  const clock = new ManualClock()
  return { client: createClient({ transport: memoryTransport(handler), clock, ...options }), clock }
}

const url = (index: number): string => `https://a.test/${index}`
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

async function* body(clock: ManualClock, chunks: number): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < chunks; chunk++) {
    await new Promise<void>((resolve) => clock.timer(10, resolve))
    yield new Uint8Array(100)
  }
}

async function collect<T>(run: AsyncIterable<T>, clock: ManualClock, time = 60_000): Promise<T[]> {
  const results: T[] = []
  const work = (async () => {
    for await (const result of run) results.push(result)
  })()
  work.catch(() => {})
  await clock.advance(time)
  await work
  return results
}

describe('a run with each', () => {
  it('reads bodies as they arrive, holds their permits, and gives what each returns', async () => {
    let [inFlight, most] = [0, 0]
    const { client, clock } = setup(
      () => {
        most = Math.max(most, ++inFlight)
        const counted = async function* (): AsyncGenerator<Uint8Array> {
          yield* body(clock, 5)
          inFlight--
        }
        return { status: 200, headers: {}, body: counted() }
      },
      { concurrency: 3 },
    )
    const requests = upTo(20).map((index) => ({ url: url(index), readAs: 'stream' as const }))
    const run = client.stream<number>(requests, {
      async each({ value }) {
        let size = 0
        for await (const chunk of value as AsyncIterable<Uint8Array>) size += chunk.byteLength
        return size
      },
    })
    const results = await collect(run, clock)
    expect(results.map((result) => result.ok && result.value)).toEqual(upTo(20).map(() => 500))
    expect(most).toBe(3)
    expect([client.status().inFlight, clock.pending]).toEqual([0, 0])
  })

  it('ends an item at its deadline although its consumer never settles', async () => {
    const { client, clock } = setup(() => ({ status: 200, headers: {}, body: new Uint8Array(3) }))
    const aborted: number[] = []
    const run = client.stream(upTo(2).map(url), {
      deadline: '5s',
      each: ({ index }, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(clock.now()))
        return index === 0 ? new Promise(() => {}) : index
      },
    })
    const startedAt = clock.now()
    const results = await collect(run, clock)

    expect(results.map((result) => (result.ok ? result.value : result.error.code))).toEqual([1, 'SLUICE_DEADLINE'])
    expect(aborted).toEqual([startedAt + 5_000])
    expect(clock.pending).toBe(0)
  })

  it('costs the item whose consumer throws, and releases its body', async () => {
    const { client, clock } = setup(() => ({ status: 200, headers: {}, body: body(clock, 1_000_000) }), {
      concurrency: 2,
    })
    const requests = upTo(6).map((index) => ({ url: url(index), readAs: 'stream' as const }))
    const results = await collect(
      client.stream(requests, {
        each: ({ index }) => {
          if (index % 2 === 0) throw new Error('disk full')
        },
      }),
      clock,
    )
    expect(results.filter((result) => result.ok)).toHaveLength(3)
    const failures = results.filter((result) => !result.ok)
    expect(failures.map(({ error }) => [error.code, error.message])).toEqual(
      failures.map(({ index }) => ['SLUICE_WORK', `GET ${url(index)}: disk full after 1 attempt`]),
    )
    expect([client.status().inFlight, clock.pending]).toEqual([0, 0])
  })

  it('passes on the error of a body that is interrupted', async () => {
    const { client, clock } = setup(() => ({
      status: 200,
      headers: {},
      body: (async function* () {
        yield new Uint8Array(1)
        throw new Error('cut')
      })(),
    }))
    const [result] = await collect(
      client.stream([{ url: url(0), readAs: 'stream' }], { each: ({ value }) => new Response(value as never).bytes() }),
      clock,
    )
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_TRANSPORT_FAULT' } })
  })

  it('begins no more than some calls while consumers lag', async () => {
    let requests = 0
    const { client, clock } = setup(() => {
      requests++
      return { status: 200, headers: {}, body: new Uint8Array() }
    })
    const run = client.stream(upTo(1_000).map(url), {
      each: () => new Promise<void>((resolve) => clock.timer(1_000, resolve)),
    })
    const work = collect(run, clock, 500)
    await clock.advance(0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(requests).toBeLessThanOrEqual(64 + 2 * 10)
    await clock.advance(60_000)
    await work
    expect(requests).toBe(1_000)
  })

  it('ends a second after it was stopped, though a consumer ignores that', async () => {
    const { client, clock } = setup(() => ({ status: 200, headers: {}, body: new Uint8Array() }))
    const run = client.stream([url(0)], { each: () => new Promise<never>(() => {}) })
    const results: CallResult[] = []
    const work = (async () => {
      for await (const result of run) results.push(result)
    })()
    await clock.advance(10)
    run.stop('enough', 100)
    await clock.advance(1_200)
    await work
    expect(results).toMatchObject([{ ok: false, error: { code: 'SLUICE_UNFINISHED' } }])
    expect(clock.pending).toBe(0)
  })

  it('is refused together with follow', () => {
    const { client } = setup(() => ({ status: 200, headers: {}, body: new Uint8Array() }))
    expect(() => client.stream([], { each: () => 1, follow: () => [] })).toThrow(
      /each: cannot be combined with pages or follow/,
    )
  })
})
