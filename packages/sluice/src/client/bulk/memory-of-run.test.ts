import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { type ScriptedAnswer, type ScriptedApi, scriptedApi } from '../../testing/scripted-api.ts'
import { memoryTransport } from '../../transport/transport.ts'
import type { Client } from '../client.ts'
import { createClient } from '../create-client.ts'
import type { ClientOptions } from '../settings.ts'

const mebibyte = 1024 * 1024
/** One body for all answers, so that the test itself takes little memory. */
const large = new Uint8Array(10 * mebibyte)

const pathOf = ({ url }: { readonly url: string }): string => new URL(url).pathname

interface MemoryTest {
  readonly clock: ManualClock
  readonly client: Client
  readonly api: ScriptedApi
  /** Messages about calls that are held back. */
  readonly limited: string[]
  /** Paths of the requests so far. */
  readonly sent: () => string[]
}

/** Client of an API whose bodies are large, except those of `/0` and of errors. */
function setup(options: ClientOptions, answer: (path: string) => ScriptedAnswer, body = large): MemoryTest {
  const clock = new ManualClock()
  const api = scriptedApi(clock, (request) => answer(pathOf(request)))
  const transport = memoryTransport(async (request, exchange) => {
    const response = await api.transport.send(request, exchange)
    return response.status === 200 && pathOf(request) !== '/0'
      ? { ...response, headers: { 'content-type': 'application/octet-stream' }, body }
      : response
  })
  const client = createClient({ clock, transport, random: () => 0.5, baseUrl: 'https://a.test', ...options })
  const limited: string[] = []
  client.on((event) => {
    if (event.type === 'local.limited') limited.push(event.message)
  })
  return { clock, client, api, limited, sent: () => api.seen.map(pathOf) }
}

const paths = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`)

async function ids(results: AsyncIterable<{ readonly index: number; readonly ok: boolean }>): Promise<number[]> {
  const found: number[] = []
  for await (const { index, ok } of results) if (ok) found.push(index)
  return found
}

describe('a run in order', () => {
  it('starts no more calls once 64 MiB of results wait for one, and says for which', async () => {
    const { clock, client, limited, sent } = setup({ concurrency: 4, timeout: '1h' }, (path) =>
      path === '/0' ? { after: 60_000 } : { after: 10 },
    )
    const work = ids(client.stream(paths(30), { ordered: true }))
    await clock.advance(30_000)
    expect(sent().length).toBeLessThan(12)
    expect(limited).toEqual([
      '64 MiB of results wait for item 1 because of the order (ordered): no other item starts until it ends',
    ])
    expect(await clock.runUntilSettled(work)).toEqual(paths(30).map((_, index) => index))
    expect(sent()).toHaveLength(30)
    expect(limited).toHaveLength(1)
  })

  it('repeats the item for which all others wait', async () => {
    let attempts = 0
    const { clock, client, sent } = setup({ concurrency: 4, timeout: '1h' }, (path) => {
      if (path !== '/0') return { after: 10 }
      return ++attempts < 3 ? { status: 500, after: 5_000 } : { after: 10 }
    })
    const work = ids(client.stream(paths(30), { ordered: true }))
    expect(await clock.runUntilSettled(work)).toEqual(paths(30).map((_, index) => index))
    expect(sent().filter((path) => path === '/0')).toHaveLength(3)
  })

  it('starts the item for which all others wait, although those behind it have priority', async () => {
    const { clock, client } = setup({ concurrency: 2, timeout: '1h' }, () => ({ after: 10 }))
    const source = paths(30).map((url, index) => ({ url, priority: index === 0 ? 0 : 5 }))
    const work = ids(client.stream(source, { ordered: true }))
    expect(await clock.runUntilSettled(work)).toEqual(paths(30).map((_, index) => index))
  })

  it('can be stopped while all others wait for one', async () => {
    const { clock, client } = setup({ concurrency: 2, timeout: '1h' }, (path) =>
      path === '/0' ? { after: 3_600_000 } : { after: 10 },
    )
    const run = client.stream(paths(30), { ordered: true })
    const work = ids(run)
    await clock.advance(1_000)
    run.stop('enough', 100)
    expect((await clock.runUntilSettled(work)).length).toBeGreaterThan(5)
  })
})

describe('maxMemory', () => {
  it('lets fewer calls go at once when responses are large, and says so once', async () => {
    const { clock, client, api, limited } = setup({ concurrency: 20, maxMemory: 90 * mebibyte }, () => ({
      after: 100,
    }))
    await clock.runUntilSettled(client.all(paths(30).slice(1)))
    expect(api.mostInFlight).toBe(3)
    expect(limited).toEqual([
      '3 at once, because a response takes 10.0 MiB and all of them may take 90.0 MiB: add memory, or raise maxMemory',
    ])
  })

  it('lets all calls go that the concurrency allows when responses are small', async () => {
    const { clock, client, api, limited } = setup(
      { concurrency: 20, maxMemory: 90 * mebibyte },
      () => ({ after: 100 }),
      new Uint8Array(9),
    )
    await clock.runUntilSettled(client.all(paths(200)))
    expect([api.mostInFlight, limited]).toEqual([20, []])
  })
})
