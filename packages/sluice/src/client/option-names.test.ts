import { describe, expect, it } from 'vitest'
import { memoryTransport } from '../transport/transport.ts'
import { createClient, fetchAll } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

const transport = memoryTransport(() => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode('{"a":1}'),
}))

/** Options as passed by an untyped program. */
const loose = (options: object): ClientOptions => ({ transport, ...options }) as ClientOptions

describe('unknown options', () => {
  it.each<[object, string]>([
    [{ concurency: 3 }, 'there is no option concurency; did you mean "concurrency"?'],
    [{ rates: '1/s' }, 'there is no option rates; did you mean "rate"?'],
    [{ baseURL: 'http://a.test' }, 'there is no option baseURL; did you mean "baseUrl"?'],
    [{ retry: { maxAtempts: 2 } }, 'there is no option retry.maxAtempts; did you mean "maxAttempts"?'],
    [{ breaker: { openfor: 5 } }, 'there is no option breaker.openfor; did you mean "openFor"?'],
    [{ hedge: { afer: 5 } }, 'there is no option hedge.afer; did you mean "after"?'],
    [{ cache: { mode: 'http', size: 5 } }, 'there is no option cache.size'],
    [{ transport: undefined, tls: { insecur: true } }, 'there is no option tls.insecur; did you mean "insecure"?'],
    [{ tls: 'pem' }, 'tls: expected an object, got text'],
    [{ retry: 3 }, 'retry: expected an object, got 3 (number)'],
  ])('are refused when a client is made: %o', (options, message) => {
    expect(() => createClient(loose(options))).toThrow(message)
  })

  it('are refused by everything that takes options', async () => {
    await using client = createClient({ transport })
    const typo = { orderd: true } as object
    expect(() => client.stream([], typo)).toThrow('there is no option orderd; did you mean "ordered"?')
    await expect(client.all([], typo)).rejects.toThrow('there is no option orderd')
    await expect(fetchAll([], loose({ concurency: 1 }))).rejects.toThrow('there is no option concurency')
    await expect(client.send('https://a.test/', { sginal: 1 } as object)).rejects.toThrow('did you mean "signal"?')
    expect(await client.try('https://a.test/', { qery: {} } as object)).toMatchObject({
      error: { code: 'SLUICE_BAD_INPUT', message: 'a request has no field "qery"; did you mean "query"?' },
    })
    expect(() => client.paginate('https://a.test/', { style: 'link', maxPage: 3 } as never)).toThrow('"maxPages"')
  })

  it('are refused of a request too, as a failure of that item alone', async () => {
    await using client = createClient({ transport })
    const results = await client.all([{ url: 'https://a.test/', querry: { a: 1 } } as never, 'https://a.test/'])
    expect(results.map(({ ok }) => ok)).toEqual([false, true])
    expect(results[0]).toMatchObject({
      error: { code: 'SLUICE_BAD_INPUT', message: 'a request has no field "querry"; did you mean "query"?' },
    })
  })

  it('do no harm where they are undefined', () => {
    expect(() => createClient(loose({ concurency: undefined, retry: { nothing: undefined } }))).not.toThrow()
  })
})

describe('the fields of a request', () => {
  it('may stand among the options of its call', async () => {
    await using client = createClient({ transport })
    const { request } = await client.send('https://a.test/?a=1', { query: { page: 2 }, method: 'PUT', deadline: '5s' })
    expect([request.method, request.url]).toEqual(['PUT', 'https://a.test/?a=1&page=2'])
    const added = await client.send({ url: 'https://a.test/', id: 7 }, { headers: { 'x-a': '1' } })
    expect([added.id, added.request.headers['x-a']]).toEqual(['7', '1'])
    expect(await client.try('https://a.test/', { query: { a: { b: 1 } } as never })).toMatchObject({
      error: { code: 'SLUICE_BAD_INPUT' },
    })
  })
})

describe('a transport given by the user', () => {
  it.each<[ClientOptions, string]>([
    [{ proxy: 'http://proxy.test:3128' }, 'transport and proxy: only the built-in transport obeys proxy'],
    [{ tls: { insecure: true } }, 'transport and tls: '],
    [{ http2: true }, 'transport and http2: '],
    [{ maxBody: 1_000 }, 'transport and maxBody: '],
    [{ connectTimeout: '1s' }, 'transport and connectTimeout: '],
  ])('is refused together with %o, which only the built-in one obeys', (options, message) => {
    expect(() => createClient({ transport, ...options })).toThrow(message)
  })

  it('goes together with options that ask for nothing', () => {
    expect(() => createClient({ transport, proxy: 'none', http2: false, maxBody: undefined })).not.toThrow()
  })
})

describe('fetchAll', () => {
  it('passes on every option of the client and of the set of calls', async () => {
    const progress: number[] = []
    const results = await fetchAll<{ a: number }>(['/x'], {
      transport,
      baseUrl: 'https://a.test/api',
      keepBody: true,
      total: 1,
      onProgress: ({ done }) => progress.push(done),
    })
    expect(results[0]).toMatchObject({ ok: true, request: { url: 'https://a.test/api/x' }, value: { a: 1 } })
    expect((results[0] as { body?: unknown }).body).toBeInstanceOf(Uint8Array)
    expect(progress).toEqual([1])
  })
})

describe('the options of the breaker', () => {
  it('are numbers of milliseconds or durations', () => {
    const breaker = { openFor: '5s', maxOpenFor: 60_000, window: '10s', probeTimeout: '1min', probes: 2 }
    expect(() => createClient({ transport, breaker })).not.toThrow()
  })

  it.each<[object, string]>([
    [{ openFor: 'soon' }, 'breaker.openFor: expected a duration'],
    [{ window: 0 }, 'breaker.window: expected a duration above 0'],
    [{ probes: 0 }, 'breaker.probes: expected a whole number from 1 up'],
    [{ failureRatio: 2 }, 'breaker.failureRatio: expected a share above 0'],
  ])('are refused where they cannot work: %o', (breaker, message) => {
    expect(() => createClient(loose({ breaker }))).toThrow(message)
  })
})
