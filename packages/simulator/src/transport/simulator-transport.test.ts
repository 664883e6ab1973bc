import { type ApiRequest, type ApiResponse, SettingsError } from 'sluice'
import { Cancellation } from 'sluice/internal'
import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../simulator.ts'
import { type SimulatorTarget, type SimulatorTransportOptions, simulatorTransport } from './simulator-transport.ts'

function requestFor(url: string, more: Partial<ApiRequest> = {}): ApiRequest {
  const { origin } = new URL(url)
  return {
    id: url,
    method: 'GET',
    url,
    headers: {},
    readAs: 'auto',
    partition: origin,
    weight: 1,
    priority: 0,
    ...more,
  }
}

function inProcess(target?: SimulatorTarget, options: SimulatorTransportOptions = {}) {
  const clock = new ManualClock()
  const transport = simulatorTransport(target, { clock, ...options })
  /** Sends a request and records the time of each event. */
  const send = (url: string, more: Partial<ApiRequest> = {}) => {
    const cancellation = new Cancellation()
    const times: { sent?: number; firstByte?: number; settled?: number } = {}
    const exchange = {
      signal: cancellation.signal,
      onSent: () => {
        times.sent = clock.now()
      },
      onFirstByte: () => {
        times.firstByte = clock.now()
      },
    }
    const work = transport.send(requestFor(url, more), exchange).finally(() => {
      times.settled = clock.now()
    })
    work.catch(() => {})
    return { cancellation, times, work }
  }
  const get = (url: string, more?: Partial<ApiRequest>): Promise<ApiResponse> =>
    clock.runUntilSettled(send(url, more).work)
  return { clock, transport, send, get }
}

const text = (response: ApiResponse) => Buffer.from(response.body).toString()

describe('simulatorTransport', () => {
  it('answers on the virtual clock, with the times of each step', async () => {
    const { clock, send } = inProcess('products')
    await clock.advance(1_000)
    const { work, times } = send('https://api.test/products/3')
    const response = await clock.runUntilSettled(work)
    expect(times).toEqual({ sent: 1_000, firstByte: 1_200, settled: 1_200 })
    expect(response.status).toBe(200)
    expect(JSON.parse(text(response))).toMatchObject({ id: 3 })
    expect(response.headers['content-length']).toBe(String(response.body.byteLength))
    expect(clock.pending).toBe(0)
  })

  it('carries method, query, headers and every kind of body', async () => {
    const { get } = inProcess({ latency: 0 })
    async function* stream() {
      yield Buffer.from('a stream, ')
      yield Buffer.from('in two parts')
    }
    for (const [body, expected] of [
      ['text', 'text'],
      [Buffer.from('bytes'), 'bytes'],
      [stream, 'a stream, in two parts'],
      [undefined, ''],
    ] as const) {
      const more = { method: 'PUT', headers: { 'x-a': '1' }, ...(body === undefined ? {} : { body }) }
      expect(JSON.parse(text(await get('http://api.test:81/echo?q=1', more)))).toEqual({
        method: 'PUT',
        path: '/echo',
        query: { q: '1' },
        headers: { host: 'api.test:81', 'x-a': '1' },
        body: expected,
      })
    }
  })

  it.each(['gzip', 'deflate', 'br', 'zstd'])('undoes %s', async (coding) => {
    const { get } = inProcess({ latency: 0 })
    expect(JSON.parse(text(await get(`http://api.test/${coding}`)))).toMatchObject({ encoded: coding })
  })

  it('gives HEAD and 204 no body', async () => {
    const { get } = inProcess({ latency: 0 })
    const head = await get('http://api.test/products/1', { method: 'HEAD' })
    expect(head.body.byteLength).toBe(0)
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100)
    expect((await get('http://api.test/status/204')).body.byteLength).toBe(0)
  })

  it.each([
    ['reset', 'SLUICE_CONNECTION_LOST'],
    ['reset-body', 'SLUICE_CONNECTION_LOST'],
    ['truncated', 'SLUICE_BODY_TRUNCATED'],
    ['garbage', 'SLUICE_PROTOCOL'],
    ['gzip-bomb', 'SLUICE_DECODED_TOO_LARGE'],
    ['endless', 'SLUICE_BODY_TOO_LARGE'],
  ])('fails as a real transport would: %s is %s', async (fault, code) => {
    const { clock, get } = inProcess({ latency: '10ms', bombSize: 20_000_000 })
    await expect(get(`http://api.test/fault/${fault}`)).rejects.toMatchObject({ code })
    expect(clock.pending).toBe(0)
  })

  it('refuses a body that is announced as too large', async () => {
    const { get } = inProcess({ latency: 0 }, { maxBody: 1_000 })
    expect((await get('http://api.test/bytes/1000')).body.byteLength).toBe(1_000)
    await expect(get('http://api.test/bytes/1001')).rejects.toMatchObject({
      code: 'SLUICE_BODY_TOO_LARGE',
      status: 200,
    })
  })

  it('takes its time over a dripping body', async () => {
    const { clock, send } = inProcess({ latency: '100ms' })
    const { work, times } = send('http://api.test/fault/drip?every=50')
    const { body } = await clock.runUntilSettled(work)
    const pieces = Math.ceil(body.byteLength / 16)
    expect(pieces).toBeGreaterThan(10)
    expect(times).toEqual({ sent: 0, firstByte: 100, settled: 100 + (pieces - 1) * 50 })
  })

  it.each([
    ['before the answer', 'hang', undefined],
    ['in the body', 'hang-body', 10],
    ['in a drip', 'drip', 10],
  ])('ends at once when cancelled %s', async (_, fault, firstByte) => {
    const clock = new ManualClock()
    const simulator = createSimulator({ latency: '10ms' }, { clock })
    const { transport } = inProcess(simulator)
    const cancellation = new Cancellation()
    const seen: number[] = []
    const exchange = { signal: cancellation.signal, onSent: () => {}, onFirstByte: () => seen.push(clock.now()) }
    const work = transport.send(requestFor(`http://api.test/fault/${fault}`), exchange)
    work.catch(() => {})
    await clock.advance(25)
    expect(simulator.stats().inFlight).toBe(1)
    cancellation.cancel('enough')
    await expect(work).rejects.toMatchObject({ code: 'SLUICE_CONNECTION_LOST', sent: 'maybe' })
    expect(simulator.stats()).toMatchObject({ inFlight: 0, aborted: 1 })
    expect(seen).toEqual(firstByte === undefined ? [] : [firstByte])
    expect(clock.pending).toBe(0)
  })

  it('does not bother the simulator with what was cancelled before', async () => {
    const clock = new ManualClock()
    const simulator = createSimulator('products', { clock })
    const cancellation = new Cancellation()
    cancellation.cancel('never mind')
    const exchange = { signal: cancellation.signal, onSent: () => {}, onFirstByte: () => {} }
    await expect(simulatorTransport(simulator).send(requestFor('http://a.test/'), exchange)).rejects.toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
    })
    expect(simulator.stats().requests).toBe(0)
  })

  it('reaches the simulator of each origin, and no other', async () => {
    const { get } = inProcess({ 'https://a.test': { latency: '5ms' }, 'https://b.test/': { faults: '503:100%' } })
    expect((await get('https://a.test/products/1')).status).toBe(200)
    expect((await get('https://b.test/products/1')).status).toBe(503)
    await expect(get('https://c.test/')).rejects.toMatchObject({ code: 'SLUICE_DNS', sent: 'no' })
  })

  it('tears down requests in flight when it is closed, and leaves no timer', async () => {
    const { clock, transport, send } = inProcess('products')
    const { work } = send('http://api.test/products/1')
    await clock.advance(10)
    await transport.close()
    await expect(work).rejects.toMatchObject({ code: 'SLUICE_CONNECTION_LOST' })
    expect(clock.pending).toBe(0)
  })

  it('runs a simulated hour of 3,600 requests under a limit of 1 a second without a refusal', async () => {
    const clock = new ManualClock()
    const simulator = createSimulator({ latency: '80ms', limit: 'sliding:1/s' }, { clock })
    const transport = simulatorTransport(simulator)
    let answered = 0
    for (let second = 0; second < 3_600; second++) {
      const exchange = { signal: new AbortController().signal, onSent: () => {}, onFirstByte: () => {} }
      void transport.send(requestFor(`http://api.test/products/${second + 1}`), exchange).then(() => answered++)
      await clock.advance(1_000)
    }
    expect(answered).toBe(3_600)
    expect(simulator.stats()).toMatchObject({ requests: 3_600, refused: 0, busiestSecond: 1, largestAtOnce: 1 })
  })

  it('refuses a scenario that cannot be', () => {
    expect(() => simulatorTransport({ latency: 'soon' })).toThrow(SettingsError)
  })
})
