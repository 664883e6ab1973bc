import { afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../src/transport/transport.ts'
import { type Connection, type Frame, FrameServer, flag, type, u32 } from './frame-server.ts'
import { failureOf, openTransport, send, TestExchange, textOf, wait } from './support.ts'

let server: FrameServer
let transport: Transport

async function serve(
  onRequest: (connection: Connection, id: number, nth: number) => void,
  onFrame?: (frame: Frame, connection: Connection) => void,
): Promise<string> {
  server = await FrameServer.listen({ onRequest, ...(onFrame === undefined ? {} : { onFrame }) })
  transport = openTransport()
  return server.url
}

/** A server that answers with what was uploaded. */
async function serveEcho(): Promise<string> {
  const bodies = new Map<number, Buffer[]>()
  return await serve(
    () => {},
    (frame, connection) => {
      if (frame.id === 0 || frame.type > type.headers) return
      const parts = bodies.get(frame.id) ?? []
      bodies.set(frame.id, parts)
      if (frame.type === type.data) parts.push(frame.payload)
      if (frame.payload.byteLength > 0 && frame.type === type.data) {
        connection.send(type.window, 0, 0, u32(frame.payload.byteLength))
        connection.send(type.window, 0, frame.id, u32(frame.payload.byteLength))
      }
      if (isLast(frame))
        connection.answer(frame.id, `${Buffer.concat(parts).byteLength} ${Buffer.concat(parts).subarray(0, 12)}`)
    },
  )
}

afterEach(async () => {
  await transport.close()
  await server.close()
})

const isLast = ({ type: kind, flags }: Frame): boolean => kind <= type.headers && (flags & flag.endStream) !== 0

describe('an upload over HTTP/2', () => {
  it('carries text, bytes and what a source yields, whole', async () => {
    const url = await serveEcho()
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let nth = 0; nth < 50; nth++) yield Buffer.alloc(20_000, 'c')
    }
    const bodies = ['text', Buffer.alloc(300_000, 'b'), chunks, async function* nothing() {}, '']
    const answers: string[] = []
    for (const body of bodies) answers.push(textOf(await send(transport, { url, method: 'POST', body })))
    expect(answers).toEqual(['4 text', `300000 ${'b'.repeat(12)}`, `1000000 ${'c'.repeat(12)}`, '0 ', '0 '])
    expect([server.connections.length, server.connections[0]!.count(type.rst)]).toEqual([1, 0])
  })

  it('reads its source no faster than the server takes it', async () => {
    let yielded = 0
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (; yielded < 1_000; yielded++) yield Buffer.alloc(10_000)
    }
    const url = await serve(() => {})
    const exchange = new TestExchange()
    const failure = failureOf(send(transport, { url, method: 'POST', body: chunks }, exchange))
    await expect.poll(() => server.connections[0]?.count(type.data)).toBeGreaterThanOrEqual(4)
    await wait(30)
    // The window of HTTP/2 is 65,535 bytes unless the server opens it; a little is buffered.
    expect(yielded).toBeGreaterThanOrEqual(6)
    expect(yielded).toBeLessThan(40)
    exchange.cancellation.cancel('enough')
    await failure
  })

  it('that is aborted never looks whole to the server', async () => {
    const url = await serve(() => {})
    let ended = 0
    async function* chunks(abort: () => void): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('first')
        abort()
        await wait(20)
        yield Buffer.from('second')
      } finally {
        ended++
      }
    }
    for (const how of ['cancel', 'close'] as const) {
      const exchange = new TestExchange()
      const abort = () => (how === 'cancel' ? exchange.cancellation.cancel('enough') : void transport.close())
      await failureOf(send(transport, { url, method: 'POST', body: () => chunks(abort) }, exchange))
      await expect.poll(() => ended).toBe(how === 'cancel' ? 1 : 2)
    }
    await wait(20)
    expect(server.connections[0]!.frames.filter(isLast)).toEqual([])
    expect(server.connections[0]!.count(type.rst)).toBeGreaterThanOrEqual(1)
  })

  it('whose source fails is the fault of the source: the stream is reset, and others continue', async () => {
    const url = await serve((connection, id, nth) => {
      if (nth === 1) setTimeout(() => connection.answer(id, 'other'), 50)
    })
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('some')
      throw new Error('disk gone')
    }
    const other = send(transport, { url })
    expect(await failureOf(send(transport, { url, method: 'PUT', body: failing }))).toMatchObject({
      message: expect.stringContaining('disk gone'),
      cause: { message: 'disk gone' },
    })
    expect(textOf(await other)).toBe('other')
    const { frames } = server.connections[0]!
    expect(frames.filter((frame) => frame.id === 3 && isLast(frame))).toEqual([])
    expect(frames.filter((frame) => frame.id === 3 && frame.type === type.rst)).toHaveLength(1)
  })

  it('that the server never takes ends with its cancellation', async () => {
    const url = await serve(() => {})
    const exchange = new TestExchange()
    const failure = failureOf(send(transport, { url, method: 'POST', body: Buffer.alloc(1_000_000) }, exchange))
    await expect.poll(() => server.connections[0]?.count(type.data)).toBeGreaterThanOrEqual(4)
    exchange.cancellation.cancel('enough')
    expect(await failure).toMatchObject({ message: expect.stringContaining('was cancelled') })
    expect(server.connections[0]!.frames.filter(isLast)).toEqual([])
  })
})
