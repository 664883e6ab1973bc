import * as http2 from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let api: RunningSimulator

beforeAll(async () => {
  api = await serveSimulator({ scenario: { latency: 0, dripEvery: 1 }, tls: true, http2: true })
})

afterAll(() => api.close())

interface Seen {
  readonly status: number | undefined
  readonly interim: readonly number[]
  readonly bytes: number
  /** DATA frames that reached the client. */
  readonly pieces: number
  /** Code with which the stream ended; `open` if it did not end within `patience` ms. */
  readonly code: number | 'open'
  /** Code and last stream of a GOAWAY. */
  readonly goaway: readonly [number, number] | undefined
  readonly isConnectionOpen: boolean
}

/** Requests a fault on a separate connection; returns what Node's client observed. */
async function see(fault: string, patience: number): Promise<Seen> {
  const client = http2.connect(api.url, {
    ca: api.ca,
    maxHeaderListPairs: 20_000,
    settings: { maxHeaderListSize: 1e6 },
  })
  client.on('error', () => {})
  const interim: number[] = []
  const sizes: number[] = []
  let status: number | undefined
  let goaway: readonly [number, number] | undefined
  client.on('goaway', (code, last) => {
    goaway = [code, last]
  })
  const stream = client.request({ ':path': `/fault/${fault}` })
  stream.on('headers', (headers) => interim.length < 3 && interim.push(headers[':status']!))
  stream.on('response', (headers) => {
    status = headers[':status']
  })
  stream.on('data', (piece: Buffer) => sizes.push(piece.byteLength))
  stream.on('error', () => {})
  const code = await new Promise<number | 'open'>((resolve) => {
    const timer = setTimeout(() => resolve('open'), patience)
    stream.on('close', () => {
      clearTimeout(timer)
      setTimeout(() => resolve(stream.rstCode), 20)
    })
  })
  const isConnectionOpen = !client.closed && !client.destroyed
  client.destroy()
  return {
    status,
    interim,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    pieces: sizes.length,
    code,
    goaway,
    isConnectionOpen,
  }
}

function length(name: string): number {
  return JSON.stringify({ fault: name, message: 'this answer goes wrong on purpose', filler: '.'.repeat(200) }).length
}

const whole = (name: string): Partial<Seen> => ({ status: 200, bytes: length(name), code: 0, isConnectionOpen: true })

describe('faults in the frames of HTTP/2', () => {
  it.each<[fault: string, seen: (name: string) => Partial<Seen>]>([
    ['rst', () => ({ status: undefined, code: 8, isConnectionOpen: true })],
    ['rst=NO_ERROR', () => ({ status: undefined, code: 0, isConnectionOpen: true })],
    ['rst=REFUSED_STREAM', () => ({ status: undefined, code: 7, isConnectionOpen: true })],
    ['rst=HTTP_1_1_REQUIRED', () => ({ code: 13 })],
    ['rst-body', (name) => ({ status: 200, bytes: length(name) >> 1, code: 8, isConnectionOpen: true })],
    ['rst-body=NO_ERROR', (name) => ({ status: 200, bytes: length(name) >> 1, code: 0 })],
    ['rst-body=INTERNAL_ERROR', (name) => ({ status: 200, bytes: length(name) >> 1, code: 2 })],
    // Stream 1 is beyond the last processed one.
    ['goaway', () => ({ status: undefined, goaway: [0, 0] })],
    ['goaway=ENHANCE_YOUR_CALM', () => ({ status: undefined, goaway: [11, 0] })],
    ['goaway-processed', () => ({ status: undefined, goaway: [2, 1], isConnectionOpen: false })],
    ['goaway-answered', (name) => ({ ...whole(name), goaway: [0, 1], isConnectionOpen: false })],
    ['goaway-answered=INTERNAL_ERROR', (name) => ({ bytes: length(name), goaway: [2, 1] })],
    ['silent', () => ({ status: undefined, code: 'open', isConnectionOpen: true })],
    ['close', () => ({ status: undefined, isConnectionOpen: false, goaway: undefined })],
    ['reset-head', () => ({ status: undefined, isConnectionOpen: false, goaway: undefined })],
    ['close-head', () => ({ status: undefined, isConnectionOpen: false, goaway: undefined })],
    ['hang-head', () => ({ status: undefined, code: 'open', isConnectionOpen: true })],
    ['drip-head', whole],
    ['interim', (name) => ({ ...whole(name), interim: [103] })],
    ['interim=102', (name) => ({ ...whole(name), interim: [102] })],
    ['endless-interim', () => ({ interim: [103, 103, 103], status: undefined, code: 'open' })],
    ['doubled-headers', whole],
    ['doubled-length', () => ({ status: undefined, code: 1 })],
    ['length-and-chunks', () => ({ status: undefined, code: 1 })],
    ['bad-length', () => ({ status: undefined, code: 1 })],
    ['short-length', () => ({ status: 200, isConnectionOpen: false })],
    ['junk', whole],
    ['smuggled', (name) => ({ status: 200, bytes: length(name), code: 0 })],
    ['until-close', whole],
    ['until-close-reset', (name) => ({ status: 200, bytes: length(name) >> 1, code: 2 })],
    ['body-anyway', () => ({ bytes: 0, code: 1 })],
    ['tiny-chunks', (name) => ({ ...whole(name), pieces: length(name) })],
    ['chunk-extensions', whole],
    ['bad-chunk', () => ({ status: 200, isConnectionOpen: false })],
    ['cut-chunks', (name) => ({ status: 200, bytes: length(name) >> 1, isConnectionOpen: false })],
    ['endless-frames', () => ({ status: 200, bytes: 0, code: 'open' })],
    ['bare-lf', whole],
    ['folded-header', whole],
    ['http-1.0', whole],
    ['many-fields', whole],
    ['huge-head=60000', whole],
  ])('%s', async (fault, seen) => {
    const expected = seen(fault.split('=')[0]!)
    expect(await see(fault, expected.code === 'open' ? 500 : 10_000)).toMatchObject(expected)
  })
})

describe('a connection with faults on it', () => {
  async function ask(client: http2.ClientHttp2Session, path: string): Promise<number | undefined> {
    const stream = client.request({ ':path': path })
    let status: number | undefined
    stream.on('response', (headers) => {
      status = headers[':status']
    })
    stream.on('error', () => {})
    stream.resume()
    await new Promise((resolve) => stream.on('close', resolve))
    return status
  }

  it('carries on with its other streams, and with as much room for bodies as before', async () => {
    const client = http2.connect(api.url, { ca: api.ca })
    for (let times = 0; times < 400; times++) await ask(client, '/fault/tiny-chunks')
    const all = Promise.all(
      ['/fault/rst', '/bytes/3000000', '/fault/rst-body', '/products/1'].map((path) => ask(client, path)),
    )
    expect(await all).toEqual([undefined, 200, 200, 200])
    client.destroy()
  })

  it('does not look at streams that come after a goodbye', async () => {
    const before = api.stats().streams
    const client = http2.connect(api.url, { ca: api.ca })
    client.on('error', () => {})
    await Promise.all(['/fault/goaway', '/products/1', '/products/2'].map((path) => ask(client, path)))
    expect(api.stats().streams - before).toBe(1)
  })

  it('has nothing in flight when its clients are gone', async () => {
    for (let tries = 0; api.stats().inFlight > 0 && tries < 200; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(api.stats().inFlight).toBe(0)
  })
})
