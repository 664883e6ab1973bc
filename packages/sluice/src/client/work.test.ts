import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { memoryTransport } from '../transport/transport.ts'
import type { Client } from './client.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

interface Worker {
  /** Start time of each, on the clock's scale. */
  readonly startedAt: number[]
  most: number
}

/** Makes 1,000 calls in one of two ways. Each takes `time` ms, and longer with more in flight. */
async function thousand(
  way: 'requests' | 'functions',
  options: ClientOptions,
  time: (inFlight: number) => number,
): Promise<Worker & { readonly succeeded: number }> {
  const clock = new ManualClock()
  const seen = { startedAt: [] as number[], most: 0, inFlight: 0 }
  const one = async (): Promise<void> => {
    seen.startedAt.push(clock.now())
    seen.most = Math.max(seen.most, ++seen.inFlight)
    await new Promise<void>((resolve) => clock.timer(time(seen.inFlight), resolve))
    seen.inFlight--
  }
  const transport = memoryTransport(async () => {
    await one()
    return { status: 200, headers: {}, body: new Uint8Array() }
  })
  const client = createClient({ transport, clock, ...options })
  const run =
    way === 'functions'
      ? client.mapStream(Array.from({ length: 1_000 }), one)
      : client.stream(Array.from({ length: 1_000 }, (_one, index) => `https://a.test/${index}`))
  let succeeded = 0
  const work = (async () => {
    for await (const result of run) if (result.ok) succeeded++
  })()
  await clock.advance(600_000)
  await work
  return { ...seen, succeeded }
}

function setup(options: ClientOptions = {}): { client: Client; clock: ManualClock } {
  const clock = new ManualClock()
  const transport = memoryTransport(() => {
    throw new Error('nothing is to be sent')
  })
  return { client: createClient({ transport, clock, ...options }), clock }
}

const after = (clock: ManualClock, ms: number): Promise<void> => new Promise((resolve) => clock.timer(ms, resolve))

async function collect<T>(run: AsyncIterable<T>): Promise<T[]> {
  const results: T[] = []
  for await (const result of run) results.push(result)
  return results
}

describe('1,000 functions', () => {
  it.each<[string, ClientOptions]>([
    ['concurrency', { concurrency: 7 }],
    ['a rate', { concurrency: 50, rate: '10/s' }],
    ['a rate and a burst', { concurrency: 50, rate: '20/s', burst: 5 }],
    ['automatic concurrency', { concurrency: 'auto' }],
  ])(
    'obey %s exactly as requests do',
    async (_, options) => {
      const time = (inFlight: number): number => 20 + 2 * Math.max(0, inFlight - 16)
      const [functions, requests] = [
        await thousand('functions', options, time),
        await thousand('requests', options, time),
      ]
      expect(functions.succeeded).toBe(1_000)
      expect(functions).toEqual(requests)
    },
    30_000,
  )
})

describe('run', () => {
  it('returns what the function returns, and throws what it throws', async () => {
    const { client } = setup()
    expect(await client.run(() => 42)).toBe(42)
    const reason = new RangeError('no')
    await expect(client.run(() => Promise.reject(reason))).rejects.toBe(reason)
    await expect(client.run(() => Promise.reject('text'))).rejects.toBe('text')
  })

  it('retries what is transient, and throws the last error', async () => {
    const { client, clock } = setup()
    const attempts: number[] = []
    const work = client.run(({ attempt }) => {
      attempts.push(attempt)
      throw Object.assign(new Error(`failure ${attempt}`), { status: 503 })
    })
    work.catch(() => {})
    await clock.advance(120_000)
    await expect(work).rejects.toThrow('failure 4')
    expect(attempts).toEqual([1, 2, 3, 4])
  })

  it('pauses its partition for as long as a 429 says, and no other', async () => {
    const { client, clock } = setup()
    const startedAt: [string, number][] = []
    let isFirst = true
    const one = (partition: string) =>
      client.run(
        () => {
          startedAt.push([partition, clock.now()])
          if (partition === 'a' && isFirst) {
            isFirst = false
            throw Object.assign(new Error('slow down'), { statusCode: 429, retryAfter: 5 })
          }
        },
        { partition },
      )
    const begun = clock.now()
    const first = one('a')
    await clock.advance(1)
    const others = [one('a'), one('b')]
    await clock.advance(10_000)
    await Promise.all([first, ...others])
    const waits = startedAt.map(([partition, at]) => [partition, Math.floor((at - begun) / 1_000)])
    expect(waits).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 5],
      ['a', 5],
    ])
  })

  it('takes the verdict of its own classify', async () => {
    const { client, clock } = setup()
    let calls = 0
    const work = client.run(
      () => {
        calls++
        throw new Error('odd')
      },
      { classify: (error) => ((error as Error).message === 'odd' && calls < 3 ? { throttled: 100 } : 'permanent') },
    )
    work.catch(() => {})
    await clock.advance(5_000)
    await expect(work).rejects.toThrow('odd')
    expect(calls).toBe(3)
  })

  it('aborts the signal at the timeout, the deadline, and when the caller aborts', async () => {
    const { client, clock } = setup({ retry: false })
    const reasons: unknown[] = []
    const waiting = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push((signal.reason as { code?: string }).code ?? signal.reason)
          reject(signal.reason)
        })
      })
    const controller = new AbortController()
    const works = [
      client.run(waiting, { timeout: '1s' }),
      client.run(waiting, { deadline: '2s' }),
      client.run(waiting, { signal: controller.signal }),
    ]
    for (const work of works) work.catch(() => {})
    await clock.advance(3_000)
    controller.abort('enough')
    await clock.advance(2_000)
    const errors = await Promise.all(works.map((work) => work.catch((error: unknown) => error)))
    expect(errors).toMatchObject([{ code: 'SLUICE_ATTEMPT_TIMEOUT' }, { code: 'SLUICE_DEADLINE' }, 'enough'])
    expect(reasons).toEqual(['SLUICE_ATTEMPT_TIMEOUT', 'SLUICE_DEADLINE', 'enough'])
    expect([client.status().inFlight, clock.pending]).toEqual([0, 0])
  })

  it('waits a second for a function that ignores its signal', async () => {
    const { client, clock } = setup({ retry: false })
    const work = client.run(() => new Promise(() => {}), { timeout: '1s' })
    work.catch(() => {})
    await clock.advance(1_500)
    expect(client.status().inFlight).toBe(1)
    await clock.advance(1_000)
    await expect(work).rejects.toMatchObject({ code: 'SLUICE_ATTEMPT_TIMEOUT' })
    expect(client.status().inFlight).toBe(0)
  })

  it('opens the breaker after failures in a row, and names the first', async () => {
    const { client, clock } = setup({ retry: false, breaker: { consecutiveFailures: 3 } })
    const broken = (): never => {
      throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
    }
    for (let call = 0; call < 3; call++) await client.run(broken, { partition: 'db' }).catch(() => {})
    await clock.advance(1)
    await expect(client.run(() => 1, { partition: 'db' })).rejects.toThrow(
      /^RUN function:db: db is failing .*the breaker is open/,
    )
    expect(await client.run(() => 1, { partition: 'other' })).toBe(1)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['no function', () => setup().client.run('x' as never), /run: expected a function/],
    ['an unknown option', () => setup().client.run(() => 1, { priorty: 1 } as never), /priorty/],
    ['a weight of 0', () => setup().client.run(() => 1, { weight: 0 }), /weight: expected a number above 0/],
    [
      'a partition that is no text',
      () => setup().client.run(() => 1, { partition: 7 as never }),
      /partition: expected text/,
    ],
  ])('refuses %s', async (_, work, message) => {
    await expect((async () => work())()).rejects.toThrow(message)
  })

  it('asks for no token, and shows no secret of the client', async () => {
    const { client } = setup({ headers: { authorization: 'Bearer secret' } })
    const error = await client.try({ url: 'https://a.test' }).catch((thrown: unknown) => thrown)
    expect(error).toBeDefined()
    const [result] = await collect(client.mapStream([1], () => Promise.reject(new Error('x'))))
    expect(JSON.stringify(result)).not.toContain('secret')
  })
})

describe('mapStream', () => {
  it('gives each item its result, in order if requested', async () => {
    const { client, clock } = setup({ concurrency: 2 })
    async function* items(): AsyncGenerator<number> {
      yield* [30, 10, 20]
    }
    const run = client.mapStream(
      items(),
      async (ms) => {
        await after(clock, ms)
        if (ms === 10) throw new Error('ten')
        return ms * 2
      },
      { ordered: true, id: (ms) => `n${ms}` },
    )
    const work = collect(run)
    await clock.advance(100)
    const results = await work
    expect(results.map((result) => [result.index, result.id, result.request?.meta])).toEqual([
      [0, 'n30', 30],
      [1, 'n10', 10],
      [2, 'n20', 20],
    ])
    expect(results.map((result) => (result.ok ? result.value : (result.error.cause as Error).message))).toEqual([
      60,
      'ten',
      40,
    ])
    expect(results[1]).toMatchObject({ ok: false, error: { code: 'SLUICE_WORK', summary: 'ten' } })
    expect(results[1]).not.toHaveProperty('status')
  })

  it('has partitions and weights by item, and an item that breaks them costs itself', async () => {
    const { client, clock } = setup({ perPartition: 1, concurrency: 10 })
    const seen: string[] = []
    const run = client.mapStream(
      ['a1', 'a2', 'b1', 'x'],
      async (name) => {
        seen.push(name)
        await after(clock, 10)
      },
      { partition: (name) => (name === 'x' ? (0 as never) : name[0]!) },
    )
    const work = collect(run)
    await clock.advance(5)
    expect(seen).toEqual(['a1', 'b1'])
    await clock.advance(100)
    const results = await work
    expect(results.filter((result) => !result.ok).map((result) => [result.id, result.error.code])).toEqual([
      ['3', 'SLUICE_BAD_INPUT'],
    ])
  })

  it('knows how many there are, and stops at the first failure', async () => {
    const { client, clock } = setup({ concurrency: 1 })
    const one = async (item: number): Promise<void> => {
      await after(clock, 10)
      if (item === 2) throw new Error('no')
    }
    const run = client.mapStream([1, 2, 3, 4, 5], one, { failFast: true })
    expect(run.progress.total).toBe(5)
    const work = collect(run)
    await clock.advance(100)
    const results = await work
    expect(results.filter((result) => result.ok).length).toBeLessThan(3)
    expect(run.stopReason).toBe('1 failure reached failFast')
  })
})
