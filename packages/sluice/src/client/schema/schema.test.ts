import { describe, expect, expectTypeOf, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { type ScriptedAnswer, scriptedApi } from '../../testing/scripted-api.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { createClient, fetchAll } from '../create-client.ts'
import type { CallResult, Success } from '../result.ts'
import type { SchemaVerdict, StandardSchemaV1 } from './standard-schema.ts'

interface Pen {
  readonly price: number
}

type Validate<T> = (value: unknown) => SchemaVerdict<T> | Promise<SchemaVerdict<T>>

function schemaOf<T>(validate: Validate<T>): StandardSchemaV1<unknown, T> {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** Accepts prices as text, and returns them as numbers. */
const pen = schemaOf<Pen>((value) => {
  const price = Number((value as { price?: unknown } | undefined)?.price)
  return Number.isNaN(price) ? { issues: [{ message: 'expected number', path: ['price'] }] } : { value: { price } }
})

function setup(...bodies: readonly string[]) {
  const clock = new ManualClock()
  const answer = (body: string): ScriptedAnswer => ({ headers: { 'content-type': 'application/json' }, body })
  const api = scriptedApi(clock, (_request, count) => answer(bodies[(count - 1) % bodies.length]!), 100)
  const options = { clock, transport: api.transport, random: () => 0.5, baseUrl: 'https://a.test' }
  return { clock, api, options, client: createClient(options) }
}

const good = '{"price":"12"}'
const bad = '{"price":"cheap"}'

describe('a schema', () => {
  it('makes the value, for every way to call', async () => {
    const { clock, client, options } = setup(good)
    const value = { price: 12 }
    const run = <T>(work: Promise<T>): Promise<T> => clock.runUntilSettled(work)

    expect((await run(client.send('/', { schema: pen }))).value).toEqual(value)
    for (const name of ['get', 'post', 'put', 'patch', 'delete'] as const)
      expect((await run(client[name]('/', { schema: pen }))).value).toEqual(value)
    expect(await run(client.try('/', { schema: pen }))).toMatchObject({ ok: true, value })
    expect(await run(client.all(['/'], { schema: pen }))).toMatchObject([{ ok: true, value }])
    expect(await run(fetchAll(['/'], { ...options, schema: pen }))).toMatchObject([{ ok: true, value }])
    for (const ordered of [false, true]) {
      const results = await run(collect(client.stream(['/'], { schema: pen, ordered, keepBody: true })))
      expect(results).toMatchObject([{ ok: true, value, body: new TextEncoder().encode(good) }])
    }
    expect(clock.pending).toBe(0)
  })

  it('types the value', () => {
    const { client } = setup(good)
    const typed = () => ({
      send: client.send('/', { schema: pen }),
      get: client.get('/', { schema: pen, query: { a: 1 } }),
      try: client.try('/', { schema: pen }),
      all: client.all(['/'], { schema: pen }),
      stream: client.stream(['/'], { schema: pen }).next(),
      fetchAll: fetchAll(['/'], { schema: pen }),
      free: client.get('/'),
      said: client.get<{ readonly name: string }>('/'),
      // @ts-expect-error: the schema has another output type.
      wrong: client.get<{ readonly name: string }>('/', { schema: pen }),
    })
    type Typed = ReturnType<typeof typed>
    expectTypeOf<Awaited<Typed['send']>>().toEqualTypeOf<Success<Pen>>()
    expectTypeOf<Awaited<Typed['get']>>().toEqualTypeOf<Success<Pen>>()
    expectTypeOf<Awaited<Typed['try']>>().toEqualTypeOf<CallResult<Pen>>()
    expectTypeOf<Awaited<Typed['all']>>().toEqualTypeOf<CallResult<Pen>[]>()
    expectTypeOf<Awaited<Typed['stream']>>().toEqualTypeOf<IteratorResult<CallResult<Pen>, undefined>>()
    expectTypeOf<Awaited<Typed['fetchAll']>>().toEqualTypeOf<CallResult<Pen>[]>()
    expectTypeOf<Awaited<Typed['free']>>().toEqualTypeOf<Success<unknown>>()
    expectTypeOf<Awaited<Typed['said']>>().toEqualTypeOf<Success<{ readonly name: string }>>()
  })

  it('fails what does not fit, with what came around it, and requests it only once', async () => {
    const { clock, api, client } = setup(bad)
    const settled: unknown[] = []
    client.on((event) => {
      if (event.type === 'call.settled') settled.push(event.ok)
    })

    const result = await clock.runUntilSettled(client.try('/pens/1', { schema: pen }))

    expect(result).toMatchObject({ ok: false, id: 'https://a.test/pens/1', status: 200, attempts: [{ number: 1 }] })
    expect(result).not.toHaveProperty('value')
    expect(result).toHaveProperty('error.code', 'SLUICE_SCHEMA')
    expect(result).toHaveProperty('error.summary', 'the body does not fit its schema: price: expected number')
    expect(result).toHaveProperty('error.issues', [{ path: ['price'], message: 'expected number' }])
    expect(settled).toEqual([false])
    expect(api.seen).toHaveLength(1)
    await expect(clock.runUntilSettled(client.send('/', { schema: pen }))).rejects.toMatchObject({ name: 'BodyError' })
  })

  it('costs an item of a run its place alone', async () => {
    const { clock, client } = setup(good, bad, good)
    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3'], { schema: pen }))
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
  })

  it('is not asked about a response that says no', async () => {
    const clock = new ManualClock()
    const { transport } = scriptedApi(clock, () => 404)
    let asked = 0
    const schema = schemaOf((value) => {
      asked++
      return { value }
    })
    const client = createClient({ clock, transport })
    const work = client.try('https://a.test', { schema })
    expect(await clock.runUntilSettled(work)).toMatchObject({ error: { code: 'SLUICE_CLIENT_ERROR' } })
    expect(asked).toBe(0)
  })

  it('that throws fails the call, and that is no schema is a wrong option', async () => {
    const { clock, client } = setup(good)
    const thrower = schemaOf(() => {
      throw new Error('a bug')
    })
    expect(await clock.runUntilSettled(client.try('/', { schema: thrower }))).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_SCHEMA', summary: 'the schema could not be applied: a bug' },
    })
    const none = { parse: () => 1 } as unknown as StandardSchemaV1
    await expect(client.try('/', { schema: none })).rejects.toThrow('schema: expected a Standard Schema')
    expect(() => client.stream(['/'], { schema: none })).toThrow('schema: expected a Standard Schema')
  })
})

describe('a schema that takes its time', () => {
  function slow(clock: ManualClock, time: number): StandardSchemaV1<unknown, string> {
    return schemaOf(async () => {
      await waitFor(clock, time, new Cancellation())
      return { value: 'looked up' }
    })
  }

  it('is waited for', async () => {
    const { clock, client } = setup(good)
    const work = client.send('/', { schema: slow(clock, 500), deadline: '1s' })
    expect((await clock.runUntilSettled(work)).value).toBe('looked up')
    expect([clock.now(), clock.pending]).toEqual([600, 0])
  })

  it('is abandoned after five minutes without a deadline', async () => {
    const { clock, client } = setup()
    const work = client.try('/', { schema: schemaOf(() => new Promise(() => {})) })

    const result = await clock.runUntilSettled(work)

    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_DEADLINE', summary: 'not done within 5 m 00 s: the schema takes too long' },
    })
    expect(clock.pending).toBe(0)
  })

  it('is abandoned at the deadline', async () => {
    const { clock, client } = setup(good)
    const work = client.try('/', { schema: slow(clock, 5_000), deadline: '1s' })
    expect(await clock.runUntilSettled(work)).toMatchObject({ ok: false, error: { code: 'SLUICE_DEADLINE' } })
    expect(clock.now()).toBe(1_000)
  })

  it('is abandoned when the call is aborted or the client closed', async () => {
    const { clock, client } = setup(good)
    const controller = new AbortController()
    const reason = new Error('enough')
    const aborted = client.send('/', { schema: slow(clock, 5_000), signal: controller.signal })
    const closed = client.try('/', { schema: slow(clock, 5_000) })
    await clock.advance(200)
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    await client.close()
    expect(await closed).toMatchObject({ ok: false, error: { code: 'SLUICE_CLOSED' } })
    expect(clock.now()).toBe(200)
  })

  it('is finished within the grace of a run that is stopped: the response is there already', async () => {
    const { clock, client } = setup(good)
    const run = client.stream(['/1', '/2'], { schema: slow(clock, 500) })
    const results = collect(run)
    await clock.advance(200)
    run.stop()
    expect((await clock.runUntilSettled(results)).map(({ ok }) => ok)).toEqual([true, true])
  })
})
