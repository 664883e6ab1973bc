import { type FaultName, faultNames, type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { type CallResult, type Client, createClient } from 'sluice'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** How a call ends: a success with the whole answer, or the code of its error. */
type Ending = 'ok' | `SLUICE_${string}`

/** Endings of a GET without retry, for every fault of the simulator, over HTTP/1.1. `name=detail` are further ones. */
const http1: Readonly<Record<FaultName, Ending>> & Readonly<Record<string, Ending>> = {
  reset: 'SLUICE_CONNECTION_LOST',
  'reset-body': 'SLUICE_CONNECTION_LOST',
  'reset-body=0': 'SLUICE_CONNECTION_LOST',
  hang: 'SLUICE_ATTEMPT_TIMEOUT',
  'hang-body': 'SLUICE_ATTEMPT_TIMEOUT',
  truncated: 'SLUICE_BODY_TRUNCATED',
  'truncated=0': 'SLUICE_BODY_TRUNCATED',
  malformed: 'SLUICE_NOT_JSON',
  'wrong-type': 'ok',
  'gzip-bomb': 'SLUICE_DECODED_TOO_LARGE',
  endless: 'SLUICE_BODY_TOO_LARGE',
  drip: 'ok',
  garbage: 'SLUICE_PROTOCOL',
  'redirect-loop': 'SLUICE_TOO_MANY_REDIRECTS',
  'redirect-away': 'SLUICE_CONNECT',
  nested: 'SLUICE_TOO_DEEP',
  'nested=100': 'ok',
  'lying-encoding': 'SLUICE_BAD_ENCODING',
  'lying-encoding=br': 'SLUICE_BAD_ENCODING',
  // No coding: the body is as it is.
  'lying-encoding=utf-8': 'ok',
  'lying-encoding=none': 'ok',
  'lying-encoding=aws-chunked': 'ok',
  'truncated-gzip': 'SLUICE_BODY_TRUNCATED',
  'gzip-junk': 'ok',
  'gzip-members': 'ok',
  'huge-head': 'SLUICE_PROTOCOL',
  'many-fields': 'ok',
  'many-fields=100000': 'SLUICE_PROTOCOL',
  close: 'SLUICE_CONNECTION_LOST',
  'reset-head': 'SLUICE_CONNECTION_LOST',
  'close-head': 'SLUICE_CONNECTION_LOST',
  'hang-head': 'SLUICE_ATTEMPT_TIMEOUT',
  'drip-head': 'ok',
  interim: 'ok',
  'interim=100': 'ok',
  'interim=102': 'ok',
  'endless-interim': 'SLUICE_ATTEMPT_TIMEOUT',
  'doubled-headers': 'ok',
  'doubled-headers=different': 'ok',
  'bare-lf': 'ok',
  'folded-header': 'ok',
  'http-1.0': 'ok',
  // The same number twice is one (RFC 9110, section 8.6).
  'doubled-length': 'ok',
  'doubled-length=different': 'SLUICE_PROTOCOL',
  // Chunks override the length (RFC 9112, section 6.3).
  'length-and-chunks': 'ok',
  'bad-length': 'SLUICE_PROTOCOL',
  'bad-length=abc': 'SLUICE_PROTOCOL',
  'bad-length=5;5': 'SLUICE_PROTOCOL',
  'short-length': 'SLUICE_NOT_JSON',
  junk: 'ok',
  smuggled: 'ok',
  'until-close': 'ok',
  'until-close-reset': 'SLUICE_CONNECTION_LOST',
  'body-anyway': 'ok',
  'body-anyway=304': 'ok',
  'tiny-chunks': 'ok',
  'chunk-extensions': 'ok',
  'bad-chunk': 'SLUICE_PROTOCOL',
  'cut-chunks': 'SLUICE_BODY_TRUNCATED',
  'endless-frames': 'SLUICE_ATTEMPT_TIMEOUT',
  rst: 'SLUICE_CONNECTION_LOST',
  'rst-body': 'SLUICE_CONNECTION_LOST',
  goaway: 'SLUICE_CONNECTION_LOST',
  'goaway-processed': 'SLUICE_CONNECTION_LOST',
  'goaway-answered': 'ok',
  silent: 'SLUICE_ATTEMPT_TIMEOUT',
}

/** Endings over HTTP/2 where they differ: the end of a stream is told from the end of a body. */
const http2: Readonly<Record<string, Ending>> = {
  ...http1,
  'reset-body': 'SLUICE_BODY_TRUNCATED',
  'reset-body=0': 'SLUICE_BODY_TRUNCATED',
  // GOAWAY with PROTOCOL_ERROR.
  garbage: 'SLUICE_CONNECTION_LOST',
  'many-fields': 'SLUICE_CONNECTION_LOST',
  'many-fields=100000': 'SLUICE_CONNECTION_LOST',
  // Malformed by RFC 9113, sections 8.1.1 and 8.2.2, where HTTP/1.1 is lenient.
  'doubled-length': 'SLUICE_PROTOCOL',
  'length-and-chunks': 'SLUICE_PROTOCOL',
  'short-length': 'SLUICE_BODY_TRUNCATED',
  'body-anyway': 'SLUICE_PROTOCOL',
  'until-close-reset': 'SLUICE_BODY_TRUNCATED',
  'bad-chunk': 'SLUICE_BODY_TRUNCATED',
  'rst=NO_ERROR': 'SLUICE_CONNECTION_LOST',
  'rst=INTERNAL_ERROR': 'SLUICE_CONNECTION_LOST',
  'rst=ENHANCE_YOUR_CALM': 'SLUICE_CONNECTION_LOST',
  'rst=REFUSED_STREAM': 'SLUICE_NOT_PROCESSED',
  'rst-body': 'SLUICE_BODY_TRUNCATED',
  'rst-body=NO_ERROR': 'SLUICE_BODY_TRUNCATED',
  'rst-body=INTERNAL_ERROR': 'SLUICE_BODY_TRUNCATED',
  goaway: 'SLUICE_NOT_PROCESSED',
  'goaway=ENHANCE_YOUR_CALM': 'SLUICE_NOT_PROCESSED',
  'goaway-answered=INTERNAL_ERROR': 'ok',
}

let server: RunningSimulator
let client: Client

function endingOf(result: CallResult): unknown {
  return result.ok ? 'ok' : (result.error as { readonly code?: string }).code
}

describe('a faulty answer', () => {
  it('is tried for each fault of the simulator', () => {
    expect(faultNames.filter((name) => http1[name] === undefined)).toEqual([])
  })
})

describe.each([
  ['HTTP/1.1', http1, false],
  ['HTTP/2', http2, true],
])('a faulty answer over %s', (_protocol, endings, isHttp2) => {
  beforeAll(async () => {
    server = await serveSimulator({
      scenario: { latency: 0, dripEvery: 1, bombSize: 20_000_000, redirectTo: 'https://127.0.0.1:9/' },
      tls: isHttp2,
      http2: isHttp2,
    })
  })

  afterAll(() => server.close())

  beforeEach(() => {
    client = createClient({
      baseUrl: server.url,
      timeout: '1s',
      retry: false,
      maxBody: 1_000_000,
      proxy: 'none',
      http2: isHttp2,
      ...(server.ca === undefined ? {} : { tls: { ca: server.ca } }),
    })
  })

  afterEach(() => client.close())

  it.each(Object.entries(endings))('%s ends with %s, and the client goes on', async (fault, ending) => {
    const result = await client.try<{ readonly fault?: string }>(`/fault/${fault}`)

    expect(endingOf(result)).toBe(ending)
    if (result.ok && result.status === 200 && typeof result.value === 'object' && !Array.isArray(result.value)) {
      expect(result.value.fault).toBe(fault.split('=')[0])
    }
    // A connection that has fallen silent is found out by what is sent on it.
    let next = await client.try('/products/1')
    for (let times = 1; !next.ok && times < 3; times++) next = await client.try('/products/1')
    expect(next).toMatchObject({ ok: true, value: { id: 1 } })
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
  })
})

describe('a faulty connection', () => {
  it.each([
    // It may come while the client still connects.
    ['reset', /^SLUICE_(CONNECTION_LOST|CONNECT)$/],
    ['close', /^SLUICE_CONNECTION_LOST$/],
    ['silent', /^SLUICE_ATTEMPT_TIMEOUT$/],
  ])('%s before the first request ends with %s', async (fault, code) => {
    const faulty = await serveSimulator({ scenario: { latency: 0, connectionFaults: `${fault}:100%` } })
    await using own = createClient({ baseUrl: faulty.url, timeout: '300ms', retry: false, proxy: 'none' })

    expect(endingOf(await own.try('/products/1'))).toMatch(code)
    await faulty.close()
  })

  it.each([80, 40])('a TLS alert %s ends with SLUICE_TLS or SLUICE_CONNECT, and nothing was sent', async (alert) => {
    const faulty = await serveSimulator({ scenario: { connectionFaults: `alert=${alert}:100%` }, tls: true })
    await using own = createClient({ baseUrl: faulty.url, retry: false, proxy: 'none', tls: { ca: faulty.ca! } })

    const result = await own.try('/products/1')

    expect(result).toMatchObject({ ok: false, error: { sent: 'no' } })
    expect(endingOf(result)).toMatch(/^SLUICE_(TLS|CONNECT)$/)
    await faulty.close()
  })
})
