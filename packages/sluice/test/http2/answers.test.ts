import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../src/transport/transport.ts'
import type { UndiciTransportOptions } from '../../src/transport/undici/undici-transport.ts'
import { type Connection, FrameServer, fields, flag, frame, type, u32 } from './frame-server.ts'
import { failureOf, openTransport, send, TestExchange, textOf } from './support.ts'

let server: FrameServer
let transport: Transport

async function serve(
  onRequest: (connection: Connection, id: number, nth: number) => void,
  options: UndiciTransportOptions = {},
): Promise<string> {
  server = await FrameServer.listen({ onRequest })
  transport = openTransport(options)
  return server.url
}

afterEach(async () => {
  await transport.close()
  await server.close()
})

it('the head of a refusal is reported before its body ends, that of a success is not', async () => {
  const url = await serve((connection, id, nth) => {
    connection.headers(id, { ':status': nth === 1 ? '429' : '200' })
    setTimeout(() => connection.data(id, 'x', true), 20)
  })
  const [refused, answered] = [new TestExchange(), new TestExchange()]
  const refusal = send(transport, { url }, refused)
  await expect.poll(() => refused.log).toEqual(['sent', 'first byte', 'head 429'])
  expect((await refusal).status).toBe(429)
  await send(transport, { url }, answered)
  expect(answered.log).toEqual(['sent', 'first byte'])
})

describe('a response over HTTP/2', () => {
  it('is whole with END_STREAM: on DATA, on an empty DATA, on the headers, or on trailers', async () => {
    const url = await serve((connection, id, nth) => {
      if (nth === 1) connection.answer(id, 'one')
      if (nth === 2) {
        connection.headers(id)
        connection.data(id, 'two')
        setTimeout(() => connection.data(id, '', true), 20)
      }
      if (nth === 3) connection.headers(id, { 'x-a': '1' }, flag.endHeaders | flag.endStream)
      if (nth === 4) {
        connection.headers(id)
        connection.data(id, 'four')
        connection.send(type.headers, flag.endHeaders | flag.endStream, id, fields({ 'x-trailer': 't' }))
      }
    })
    const answers: string[] = []
    for (let nth = 1; nth <= 4; nth++) answers.push(textOf(await send(transport, { url })))
    expect(answers).toEqual(['one', 'two', '', 'four'])
    expect(server.connections).toHaveLength(1)
  })

  it('has its headers in lower case, lists joined, cookies by line, and no pseudo-headers', async () => {
    const url = await serve((connection, id) => {
      const more = Buffer.concat([
        fields({ ':status': '207', link: '<1>' }),
        fields({ link: '<2>', 'set-cookie': 'a=1' }),
        fields({ 'set-cookie': 'b=2', 'x-latin': 'fa\xe7ade' }),
      ])
      connection.send(type.headers, flag.endHeaders, id, more)
      connection.data(id, 'x', true)
    })
    const { status, headers } = await send(transport, { url })
    expect({ status, headers }).toEqual({
      status: 207,
      headers: { link: '<1>, <2>', 'set-cookie': 'a=1\nb=2', 'x-latin': 'fa\xe7ade' },
    })
  })

  it('may have headers named like members of objects, which ended the process', async () => {
    const url = await serve((connection, id) => {
      const names = ['constructor', '__proto__', 'hasownproperty']
      const twice = names.flatMap((name) => [fields({ [name]: 'a' }), fields({ [name]: 'b' })])
      connection.send(type.headers, flag.endHeaders, id, Buffer.concat([fields({ ':status': '200' }), ...twice]))
      connection.data(id, 'x', true)
    })
    const { headers } = await send(transport, { url })
    expect(headers).toEqual({ constructor: 'a, b', hasownproperty: 'a, b' })
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
  })

  it('reports when the request leaves and when the first byte is there', async () => {
    const url = await serve((connection, id) => connection.answer(id))
    const exchange = new TestExchange()
    await send(transport, { url }, exchange)
    expect(exchange.log).toEqual(['sent', 'first byte'])
  })

  it('comes after interim answers', async () => {
    const url = await serve((connection, id) => {
      connection.headers(id, { ':status': '103', link: '</a>' })
      connection.headers(id, { ':status': '100' })
      connection.answer(id)
    })
    expect(await send(transport, { url })).toMatchObject({ status: 200, headers: {} })
  })

  it('is decoded, unless it is a part', async () => {
    const url = await serve((connection, id, nth) => {
      connection.headers(id, { ':status': nth === 1 ? '200' : '206', 'content-encoding': 'gzip' })
      connection.data(id, gzipSync('packed'), true)
    })
    expect(textOf(await send(transport, { url }))).toBe('packed')
    expect((await send(transport, { url })).body).toEqual(gzipSync('packed'))
  })

  it.each([
    ['HEAD', '200'],
    ['GET', '304'],
  ])('to %s with %s has a length and no body', async (method, status) => {
    const url = await serve(
      (connection, id) =>
        connection.headers(id, { ':status': status, 'content-length': '5000000' }, flag.endHeaders | flag.endStream),
      { maxBody: 1_000 },
    )
    const answer = await send(transport, { url, method })
    expect([answer.status, answer.body.byteLength]).toEqual([Number(status), 0])
  })

  it('of one-byte frames, with padding and empty frames between, is put together', async () => {
    const text = 'abcdefghij'.repeat(2_000)
    const url = await serve((connection, id) => {
      connection.headers(id)
      const frames = [...text].map((letter) => frame(type.data, 0, id, Buffer.from(letter)))
      const padded = frame(type.data, flag.padded, id, Buffer.from([3, 0, 0, 0]))
      const empty = frame(type.data, 0, id)
      connection.socket.write(Buffer.concat([...frames, padded, empty, frame(type.data, flag.endStream, id)]))
    })
    expect(textOf(await send(transport, { url }))).toBe(text)
  })

  it('may be followed by RST_STREAM(NO_ERROR) while the upload is unfinished', async () => {
    const url = await serve((connection, id) => {
      connection.headers(id, { ':status': '413' })
      connection.data(id, 'too much', true)
      connection.reset(id, 0)
    })
    const answer = await send(transport, { url, method: 'POST', body: Buffer.alloc(1_000_000) })
    expect([answer.status, textOf(answer)]).toEqual([413, 'too much'])
  })

  it('ends the upload that is not finished: what was not sent is not wanted', async () => {
    const url = await serve((connection, id) => connection.answer(id, 'early'))
    let ended = 0
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(1_000)
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      } finally {
        ended++
      }
    }
    expect(textOf(await send(transport, { url, method: 'POST', body }))).toBe('early')
    await expect.poll(() => server.connections[0]!.count(type.rst)).toBe(1)
    await expect.poll(() => ended).toBe(1)
  })

  it('leaves no RST_STREAM behind when all went well', async () => {
    const url = await serve((connection, id) => connection.answer(id))
    for (const body of [undefined, 'text', Buffer.alloc(100)]) await send(transport, { url, method: 'POST', body })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([server.connections[0]!.count(type.rst), server.connections[0]!.count(type.ping)]).toEqual([0, 0])
  })
})

describe('half a response over HTTP/2 is no success', () => {
  const codes = { NO_ERROR: 0, PROTOCOL_ERROR: 1, INTERNAL_ERROR: 2, CANCEL: 8, ENHANCE_YOUR_CALM: 11, 'code 99': 99 }

  it.each(Object.entries(codes))('reset with %s after a part of the body', async (name, code) => {
    for (const pause of [0, 20]) {
      const url = await serve((connection, id) => {
        connection.headers(id)
        connection.data(id, 'id,name\n1,a')
        setTimeout(() => connection.reset(id, code), pause)
      })
      expect(await failureOf(send(transport, { url }))).toMatchObject({
        code: 'SLUICE_BODY_TRUNCATED',
        status: 200,
        message: `the body ends after 11 bytes: ${url.slice(8)} reset the stream (${name})`,
      })
      await transport.close()
      await server.close()
    }
  })

  it.each(Object.entries(codes))('reset with %s after the headers alone', async (_, code) => {
    const url = await serve((connection, id) => {
      connection.headers(id)
      connection.reset(id, code)
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
  })

  it('reset after the whole content-length, without END_STREAM', async () => {
    const url = await serve((connection, id) => {
      connection.headers(id, { 'content-length': '3' })
      connection.data(id, 'abc')
      connection.reset(id, 8)
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
  })

  it.each([
    ['fewer', 'ab'],
    ['more', 'abcd'],
  ])('%s bytes than announced', async (_, body) => {
    const url = await serve((connection, id) => connection.answer(id, body, { 'content-length': '3' }))
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      code: 'SLUICE_BODY_TRUNCATED',
      message: expect.stringContaining(' of 3 bytes'),
    })
  })

  it('the connection is closed in the middle', async () => {
    const url = await serve((connection, id) => {
      connection.headers(id)
      connection.data(id, 'half')
      setTimeout(() => connection.socket.end(), 20)
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      code: 'SLUICE_BODY_TRUNCATED',
      message: `the body ends after 4 bytes: ${url.slice(8)} closed the connection`,
    })
  })

  it('a GOAWAY with an error in the middle', async () => {
    const url = await serve((connection, id) => {
      connection.headers(id)
      connection.data(id, 'half')
      connection.goaway(id, 2)
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      code: 'SLUICE_BODY_TRUNCATED',
      message: `the body ends after 4 bytes: ${url.slice(8)} ended the connection (GOAWAY, INTERNAL_ERROR)`,
    })
  })

  it('a reset before the headers says whether the server may have acted', async () => {
    const url = await serve((connection, id, nth) => connection.reset(id, nth === 1 ? 2 : 7))
    const host = url.slice(8)
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      sent: 'maybe',
      message: `no response: ${host} reset the stream (INTERNAL_ERROR)`,
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      code: 'SLUICE_NOT_PROCESSED',
      sent: 'no',
      message: `${host} did not process the request (REFUSED_STREAM)`,
    })
  })
})

describe('the head of an unsuccessful answer over HTTP/2 stands without its body', () => {
  it.each<[string, (connection: Connection, id: number) => void]>([
    ['is reset', (connection, id) => connection.reset(id, 2)],
    ['is reset with NO_ERROR', (connection, id) => connection.reset(id, 0)],
    ['ends with its connection', (connection) => connection.socket.end()],
    ['ends with a GOAWAY', (connection, id) => connection.goaway(id, 1)],
    ['is larger than maxBody', (connection, id) => connection.data(id, Buffer.alloc(2_000, ' '))],
    ['is shorter than announced', (connection, id) => connection.data(id, '', true)],
  ])('where that %s', async (_, end) => {
    const url = await serve(
      (connection, id) => {
        connection.headers(id, { ':status': '429', 'retry-after': '7', 'content-length': '900' })
        connection.data(id, 'slow down')
        setTimeout(() => end(connection, id), 10)
      },
      { maxBody: 1_000 },
    )
    const answer = await send(transport, { url })
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7'])
    expect(textOf(answer).trim()).toBe('slow down')
  })
})

describe('a hostile answer over HTTP/2', () => {
  it.each([
    ['no status', fields({ 'x-a': '1' })],
    ['a status that is no number', fields({ ':status': 'abc' })],
    ['an unknown pseudo-header', fields({ ':status': '200', ':x': '1' })],
    ['a pseudo-header after a header', fields({ 'x-a': '1', ':status': '200' })],
    [
      'two lengths',
      Buffer.concat([fields({ ':status': '200', 'content-length': '1' }), fields({ 'content-length': '2' })]),
    ],
    ['a header of a connection', fields({ ':status': '200', 'transfer-encoding': 'chunked' })],
  ])('with %s costs its own call only', async (_, block) => {
    const url = await serve((connection, id, nth) => {
      if (nth !== 1) return connection.answer(id)
      connection.send(type.headers, flag.endHeaders | flag.endStream, id, block)
    })
    expect(await failureOf(send(transport, { url }))).toMatchObject({ code: 'SLUICE_PROTOCOL' })
    expect(textOf(await send(transport, { url }))).toBe('ok')
    expect(server.connections).toHaveLength(1)
  })

  it('that is too large is refused by its length, or when it grows beyond the limit', async () => {
    const url = await serve(
      (connection, id, nth) => {
        connection.headers(id, nth === 1 ? { 'content-length': '1001' } : {})
        connection.data(id, Buffer.alloc(600))
        connection.data(id, Buffer.alloc(600))
      },
      { maxBody: 1_000 },
    )
    for (const size of ['1001 bytes', 'more than 1000 bytes']) {
      expect(await failureOf(send(transport, { url }))).toMatchObject({
        code: 'SLUICE_BODY_TOO_LARGE',
        message: expect.stringContaining(`the body has ${size}`),
      })
    }
    expect(server.connections[0]!.count(type.rst)).toBe(2)
  })

  it.each<[string, (connection: Connection, id: number) => void]>([
    [
      'bytes that are no frames',
      ({ socket }) => socket.write(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
    ],
    ['a frame beyond the size allowed', (connection, id) => connection.send(type.data, 0, id, Buffer.alloc(20_000))],
    ['a window beyond 2^31-1', (connection) => connection.send(type.window, 0, 0, u32(0x7fffffff))],
    [
      'a pushed stream',
      (connection, id) =>
        connection.send(type.push, flag.endHeaders, id, Buffer.concat([u32(2), fields({ ':method': 'GET' })])),
    ],
    ['a stream of its own number', (connection) => connection.headers(2)],
    [
      'a header block that cannot be decoded',
      (connection, id) =>
        connection.send(type.headers, flag.endHeaders, id, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
    ],
    ['SETTINGS that are not allowed', (connection) => connection.settings([4, 0xffffffff])],
    [
      'headers without end',
      (connection, id) => {
        connection.send(type.headers, 0, id, fields({ ':status': '200' }))
        for (let nth = 0; nth < 2_000; nth++)
          connection.send(type.continuation, 0, id, fields({ [`x-${nth}`]: 'v'.repeat(100) }))
      },
    ],
    [
      'ten thousand empty frames',
      (connection, id) => {
        connection.headers(id)
        connection.socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => frame(type.data, 0, id))))
      },
    ],
  ])('ends the session with %s, says so, and the next call has a new one', async (_, attack) => {
    const url = await serve((connection, id, nth) => (nth === 1 ? attack(connection, id) : connection.answer(id)))
    expect(await failureOf(send(transport, { url }))).toMatchObject({
      message: expect.stringMatching(/did not answer in valid HTTP|sent invalid HTTP/),
    })
    expect(textOf(await send(transport, { url }))).toBe('ok')
    expect(server.connections).toHaveLength(2)
  })

  it('with frames of unknown types and floods of PING and SETTINGS is read all the same', async () => {
    const url = await serve((connection, id) => {
      const noise = Array.from({ length: 300 }, (_, nth) =>
        Buffer.concat([
          frame(200, 255, id, Buffer.from('?')),
          frame(type.ping, 0, 0, Buffer.alloc(8, nth)),
          frame(type.settings, 0, 0),
        ]),
      )
      connection.socket.write(Buffer.concat(noise))
      connection.answer(id)
    })
    expect(textOf(await send(transport, { url }))).toBe('ok')
  })

  it('with 500 headers of 400 bytes is read', async () => {
    const url = await serve((connection, id) => {
      const all = Array.from({ length: 500 }, (_, nth) => fields({ [`x-${nth}`]: 'v'.repeat(100) }))
      connection.send(type.headers, 0, id, Buffer.concat([fields({ ':status': '200' }), ...all.slice(0, 100)]))
      for (let from = 100; from < 500; from += 100) {
        connection.send(
          type.continuation,
          from === 400 ? flag.endHeaders : 0,
          id,
          Buffer.concat(all.slice(from, from + 100)),
        )
      }
      connection.data(id, 'ok', true)
    })
    expect(Object.keys((await send(transport, { url })).headers)).toHaveLength(500)
  })
})
