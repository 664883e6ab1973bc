import { describe, expect, expectTypeOf, it } from 'vitest'
import { startRun } from '../runs/start-run.ts'
import { MemoryStore } from '../stores/memory/memory-store.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { type ScriptedAnswer, scriptedApi } from '../testing/scripted-api.ts'
import { createClient, fetchAll } from './create-client.ts'
import { type CallError, ResponseError } from './errors.ts'
import type { CallResult } from './result.ts'

class ShopError extends Error {
  readonly code: unknown
  constructor(error: ResponseError) {
    const { code, message } = (error.value as { error?: { code?: string; message?: string } })?.error ?? {}
    super(`the shop says: ${message}`, { cause: error })
    this.code = code
  }
}

const soldOut: ScriptedAnswer = { status: 409, json: { error: { code: 'sold_out', message: 'no lamps left' } } }

/** A client whose errors are those of a shop, and the number of errors that were mapped. */
function shop(answer: (count: number) => ScriptedAnswer = () => soldOut) {
  const clock = new ManualClock()
  const api = scriptedApi(clock, (_, count) => answer(count), 0)
  const mapped: CallError[] = []
  const client = createClient({
    transport: api.transport,
    clock,
    random: () => 0.5,
    baseUrl: 'https://shop.test',
    mapError: (error) => {
      mapped.push(error)
      return error instanceof ResponseError ? new ShopError(error) : error
    },
  })
  const failed = <T>(call: Promise<T>): Promise<unknown> =>
    clock.runUntilSettled(call).then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error,
    )
  return { clock, api, client, mapped, failed }
}

describe('mapError', () => {
  it('makes the error that send, get and the other methods throw, with the body of the response', async () => {
    const { client, failed, mapped } = shop()
    const calls = [() => client.send('/1'), () => client.get('/1'), () => client.post('/1'), () => client.delete('/1')]
    for (const call of calls)
      expect(await failed(call())).toMatchObject({ message: 'the shop says: no lamps left', code: 'sold_out' })
    expect(mapped).toHaveLength(4)
  })

  it('is called once, after the last retry, which is decided by the error unchanged', async () => {
    const { client, failed, mapped, api } = shop(() => 503)
    expect(await failed(client.get('/1'))).toBeInstanceOf(ShopError)
    expect([api.seen.length, mapped.length]).toEqual([4, 1])
  })

  it('makes the errors of results, and of pages, once each', async () => {
    const { client, clock, mapped } = shop()
    const result = await clock.runUntilSettled(client.try('/1'))
    const all = await clock.runUntilSettled(client.all(['/1', '/2']))
    const streamed: unknown[] = []
    const read = async (): Promise<void> => {
      for await (const one of client.stream(['/1'])) streamed.push(one)
      for await (const page of client.paginate('/1', { style: 'link', failures: 'yield' })) streamed.push(page)
    }
    await clock.runUntilSettled(read())
    for (const failure of [result, ...all, ...streamed])
      expect(failure).toMatchObject({ ok: false, status: 409, error: { code: 'sold_out' } })
    expect(mapped).toHaveLength(5)
    if (!result.ok) expectTypeOf<ShopError>().toExtend<typeof result.error>()
  })

  it('makes the errors that a loop over pages throws, and leaves the reason of a signal alone', async () => {
    const { client, failed, mapped } = shop((count) => (count === 1 ? { json: { items: [1], total: 2 } } : soldOut))
    const read = async (signal?: AbortSignal): Promise<void> => {
      const options = { style: 'page', total: 'total', items: 'items', signal } as const
      for await (const item of client.paginate('/list', options)) expect(item).toBe(1)
    }
    expect(await failed(read())).toBeInstanceOf(ShopError)
    const reason = new Error('enough')
    expect(await failed(read(AbortSignal.abort(reason)))).toBe(reason)
    expect(await failed(client.get('/1', { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(mapped).toHaveLength(1)
  })

  it('gets the failures of items that were never sent too', async () => {
    const { client, clock, mapped } = shop()
    await clock.runUntilSettled(client.all([{ url: 'https://[' }]))
    expect(mapped.map(({ code }) => code)).toEqual(['SLUICE_BAD_INPUT'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('cannot read code')
      },
      'the policy mapError threw: cannot read code',
    ],
    ['returns nothing', () => undefined, 'the policy mapError returned undefined instead of an error'],
    ['returns a promise', async () => new Error(), 'the policy mapError returned a promise instead of an error'],
    ['returns text', () => 'no', 'the policy mapError returned string instead of an error'],
  ])('that %s is named by the error', async (_, mapError, message) => {
    const api = scriptedApi([404, 404])
    const client = createClient({ transport: api.transport, baseUrl: 'https://a.test', mapError: mapError as never })
    await expect(client.get('/1')).rejects.toMatchObject({ code: 'SLUICE_POLICY', message })
    expect(await client.all(['/1'])).toMatchObject([{ ok: false, error: { code: 'SLUICE_POLICY' } }])
  })

  it('that is no function is refused', () => {
    expect(() => createClient({ mapError: 'ShopError' as never })).toThrow('mapError: expected a function')
  })

  it('belongs to extend and fetchAll as well', async () => {
    const { client, failed } = shop()
    const plain = client.extend({ mapError: (error) => error })
    expect(await failed(plain.get('/1'))).toMatchObject({ code: 'SLUICE_CLIENT_ERROR' })
    expectTypeOf<ReturnType<typeof plain.try>>().resolves.toEqualTypeOf<CallResult>()
    const api = scriptedApi([404])
    const mapError = (): RangeError => new RangeError('none')
    const [result] = await fetchAll(['https://a.test/1'], { transport: api.transport, mapError })
    expect(result).toMatchObject({ error: { message: 'none' } })
  })

  it('does not reach the store of a run, which keeps the codes, nor the errors of client.fetch', async () => {
    const { client, clock } = shop()
    const store = new MemoryStore()
    const run = await startRun({ store, client, source: ['/1'], clock })
    await clock.runUntilSettled(run.finish())
    expect(await store.results(run.stored.id)).toMatchObject([{ error: { code: 'SLUICE_CLIENT_ERROR' } }])
    expect((await clock.runUntilSettled(client.fetch('/1'))).status).toBe(409)
  })

  it('leaves what a function of run throws, and maps why it did not run', async () => {
    const { client, failed, mapped } = shop()
    const own = new Error('mine')
    const work = (): never => {
      throw own
    }
    expect(await failed(client.run(work))).toBe(own)
    expect(mapped).toEqual([])
    await client.close()
    expect(await failed(client.run(() => 1))).toMatchObject({ code: 'SLUICE_CLOSED' })
    expect(mapped).toHaveLength(1)
  })
})

describe('the value of an error', () => {
  it.each([
    ['JSON', { json: { error: 'x' } }, { error: 'x' }],
    [
      'problem details',
      { headers: { 'content-type': 'application/problem+json' }, body: '{"title":"x"}' },
      { title: 'x' },
    ],
    ['text', { headers: { 'content-type': 'text/plain' }, body: 'no' }, 'no'],
    ['no JSON, whatever it says', { headers: { 'content-type': 'application/json' }, body: '<html>' }, '<html>'],
    ['nothing', {}, undefined],
  ] as const)('is the body: %s', async (_, answer, value) => {
    const { transport } = scriptedApi([{ status: 400, ...answer }])
    const client = createClient({ transport })
    await expect(client.get('https://a.test/1')).rejects.toMatchObject({ value })
  })
})
