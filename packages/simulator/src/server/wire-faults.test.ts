import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let api: RunningSimulator

beforeAll(async () => {
  api = await serveSimulator({ scenario: { latency: 0, dripEvery: 1 } })
})

afterAll(() => api.close())

interface Received {
  /** Received text, without the date. */
  readonly text: string
  readonly ending: 'closed' | 'reset' | 'open'
}

/** Reads the raw response to a fault until the connection ends, is idle for 200 ms, or `longest` ms have passed. */
function receive(fault: string, { more = '', longest = 20_000 } = {}): Promise<Received> {
  return new Promise((resolve) => {
    const socket = connect(api.port, '127.0.0.1')
    let text = ''
    const done = (ending: Received['ending']) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text: text.replaceAll(/date: [^\r\n]+\r?\n/g, ''), ending })
    }
    let timer = setTimeout(() => done('open'), 1_000)
    const startedAt = performance.now()
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      text += piece
      clearTimeout(timer)
      timer = setTimeout(() => done('open'), performance.now() - startedAt > longest ? 0 : 200)
    })
    socket.on('end', () => done('closed'))
    socket.on('error', () => done('reset'))
    socket.write(`GET /fault/${fault} HTTP/1.1\r\nhost: x\r\n\r\n${more}`)
  })
}

const type = 'content-type: application/json; charset=utf-8'
const ok = `HTTP/1.1 200 OK\r\n${type}\r\n`

/** Body of a response to `/fault/NAME`. */
function bodyOf(name: string): string {
  const message = 'this answer goes wrong on purpose'
  return JSON.stringify({ fault: name, message, filler: '.'.repeat(200) })
}

function whole(name: string): string {
  const body = bodyOf(name)
  return `${ok}content-length: ${body.length}\r\n\r\n${body}`
}

function half(text: string): string {
  return text.slice(0, text.length >> 1)
}

function chunk(text: string, extension = ''): string {
  return `${text.length.toString(16)}${extension}\r\n${text}\r\n`
}

describe('faults in the bytes of HTTP/1.1', () => {
  it.each<[fault: string, text: (name: string) => string, ending: Received['ending']]>([
    ['close', () => '', 'closed'],
    ['silent', () => '', 'open'],
    ['rst', () => '', 'reset'],
    ['goaway', () => '', 'closed'],
    ['goaway-processed', () => '', 'closed'],
    ['goaway-answered', whole, 'closed'],
    ['drip-head', whole, 'open'],
    ['interim', (name) => `HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n${whole(name)}`, 'open'],
    ['interim=100', (name) => `HTTP/1.1 100 Continue\r\nlink: </style.css>; rel=preload\r\n\r\n${whole(name)}`, 'open'],
    [
      'bare-lf',
      (name) => `${ok.replaceAll('\r', '')}content-length: ${bodyOf(name).length}\n\n${bodyOf(name)}`,
      'open',
    ],
    [
      'folded-header',
      (name) => `${ok}x-folded: one\r\n two\r\ncontent-length: ${bodyOf(name).length}\r\n\r\n${bodyOf(name)}`,
      'open',
    ],
    ['http-1.0', (name) => `HTTP/1.0 200 OK\r\n${type}\r\n\r\n${bodyOf(name)}`, 'closed'],
    ['until-close', (name) => `${ok}\r\n${bodyOf(name)}`, 'closed'],
    ['until-close-reset', (name) => `${ok}\r\n${half(bodyOf(name))}`, 'reset'],
    ['rst-body', (name) => `${ok}content-length: ${bodyOf(name).length}\r\n\r\n${half(bodyOf(name))}`, 'reset'],
    ['doubled-length', (name) => whole(name).replace(/content-length: \d+\r\n/, '$&$&'), 'open'],
    [
      'doubled-length=different',
      (name) => whole(name).replace('\r\n\r\n', `\r\ncontent-length: ${bodyOf(name).length - 1}\r\n\r\n`),
      'open',
    ],
    [
      'length-and-chunks',
      (name) =>
        `${ok}content-length: ${half(bodyOf(name)).length}\r\ntransfer-encoding: chunked\r\n\r\n${chunk(bodyOf(name))}${chunk('')}`,
      'closed',
    ],
    ['bad-length', (name) => `${ok}content-length: -5\r\n\r\n${bodyOf(name)}`, 'open'],
    ['bad-length=5,5', (name) => `${ok}content-length: 5,5\r\n\r\n${bodyOf(name)}`, 'open'],
    ['short-length', (name) => `${ok}content-length: ${half(bodyOf(name)).length}\r\n\r\n${bodyOf(name)}`, 'open'],
    ['junk', (name) => `${whole(name)}bytes that belong to no answer`, 'open'],
    ['smuggled', (name) => `${whole(name)}HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"smuggled":true}`, 'open'],
    ['body-anyway', (name) => whole(name).replace('200 OK', '204 No Content'), 'open'],
    ['body-anyway=304', (name) => whole(name).replace('200 OK', '304 Not Modified'), 'open'],
    [
      'tiny-chunks',
      (name) => `${ok}transfer-encoding: chunked\r\n\r\n${[...bodyOf(name), ''].map((each) => chunk(each)).join('')}`,
      'open',
    ],
    [
      'chunk-extensions',
      (name) => `${ok}transfer-encoding: chunked\r\n\r\n${chunk(bodyOf(name), ';name=value;quoted="a;b"')}${chunk('')}`,
      'open',
    ],
    [
      'bad-chunk',
      (name) => `${ok}transfer-encoding: chunked\r\n\r\n${chunk(half(bodyOf(name)))}xyz\r\n${chunk('')}`,
      'open',
    ],
    ['cut-chunks', (name) => `${ok}transfer-encoding: chunked\r\n\r\n${chunk(half(bodyOf(name)))}`, 'closed'],
  ])('%s', async (fault, text, ending) => {
    expect(await receive(fault)).toEqual({ text: text(fault.split('=')[0]!), ending })
  })

  it.each(['reset-head', 'close-head', 'hang-head'])('%s: half of the head', async (fault) => {
    const { text, ending } = await receive(fault)
    expect(whole(fault).startsWith(text) && text.length > 20 && !text.includes('\r\n\r\n')).toBe(true)
    expect(ending).toBe({ 'reset-head': 'reset', 'close-head': 'closed', 'hang-head': 'open' }[fault])
  })

  it('doubled-headers: every field but the length twice, with equal values or different ones', async () => {
    expect((await receive('doubled-headers')).text.split(type)).toHaveLength(3)
    expect((await receive('doubled-headers=different')).text).toContain('content-type: x-application/json')
  })

  it('endless-interim: interim answers and nothing else, for as long as the client listens', async () => {
    const { text } = await receive('endless-interim', { longest: 500 })
    expect(text).toMatch(/^(HTTP\/1.1 103 Early Hints\r\nlink: .*\r\n\r\n){50,}/)
    expect(text).not.toContain(' 200 ')
  })

  it('endless-frames: a body of one byte after the other, for as long as the client listens', async () => {
    expect((await receive('endless-frames', { longest: 500 })).text).toMatch(/\r\n\r\n(1;a\r\n \r\n){50,}/)
  })

  it.each([
    ['reset-body=3', 3],
    ['hang-body=0', 0],
    ['truncated=100', 100],
    ['truncated=100000', bodyOf('truncated').length - 1],
  ])('%s: that many bytes of the body', async (fault, bytes) => {
    expect((await receive(fault)).text.split('\r\n\r\n')[1]).toHaveLength(bytes)
  })

  it('leaves a connection that still makes sense open for the next request', async () => {
    const next = 'GET /status/200 HTTP/1.1\r\nhost: x\r\n\r\n'
    for (const fault of ['interim', 'tiny-chunks', 'doubled-length', 'junk', 'bare-lf']) {
      expect((await receive(fault, { more: next })).text).toContain('{"status":200}')
    }
  })

  it('closes the connection after a response if the client wants that', async () => {
    const { text, ending } = await receive('interim HTTP/1.1\r\nconnection: close\r\nx:')
    expect([text.includes(bodyOf('interim')), ending]).toEqual([true, 'closed'])
  })
})

describe('faults of the content', () => {
  it('nested: that many brackets', async () => {
    expect((await receive('nested=3')).text).toMatch(/\r\n\r\n\[\[\[\]\]\]$/)
    expect((await receive('nested')).text.split('\r\n\r\n')[1]).toHaveLength(10_000)
  })

  it('huge-head and many-fields: fields of that size and number', async () => {
    expect((await receive('huge-head=70000')).text).toContain(`x-huge: ${'.'.repeat(70_000)}\r\n`)
    expect((await receive('many-fields=300')).text.match(/x-\d+: 1\r\n/g)).toHaveLength(300)
  })

  it('lying-encoding: a coding that the body does not have', async () => {
    const { text } = await receive('lying-encoding=br')
    expect([text.includes('content-encoding: br\r\n'), text.endsWith(bodyOf('lying-encoding'))]).toEqual([true, true])
  })

  it.each([
    ['truncated-gzip', 1],
    ['gzip-junk', 1],
    ['gzip-members', 2],
  ])('%s: in gzip, with the length that it says', async (fault, members) => {
    const [head, body] = (await receive(fault)).text.split('\r\n\r\n')
    expect(head).toContain(`content-encoding: gzip\r\ncontent-length: ${body!.length}`)
    expect(body!.split('\x1f\x8b\x08')).toHaveLength(members + 1)
    expect(body!.endsWith('no gzip at all')).toBe(fault === 'gzip-junk')
  })
})

describe('faults and everything else', () => {
  it('counts faults by name, and refuses details that cannot be', async () => {
    const counted = await serveSimulator({ scenario: { latency: 0, faults: 'rst=CANCEL:30%,interim=102:70%' } })
    for (let times = 0; times < 20; times++) await fetch(`${counted.url}/products/1`).catch(() => {})
    const { rst, interim } = counted.stats().faults
    expect(rst! + interim!).toBe(counted.stats().requests)
    await counted.close()
    for (const fault of ['rst=SOMETIMES', 'junk=3', 'nested=0', 'interim=200', 'boredom']) {
      expect((await receive(fault)).text).toContain('404 Not Found')
    }
  })

  it('answers HEAD as usual', async () => {
    const response = await fetch(`${api.url}/fault/tiny-chunks`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})
