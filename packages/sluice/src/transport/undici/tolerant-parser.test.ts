import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { Transport } from '../transport.ts'
import { undiciTransport } from './undici-transport.ts'

let server: Server | undefined
let transport: Transport | undefined
let connections = 0
const sockets = new Set<Socket>()

afterEach(async () => {
  await transport?.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server?.close(resolve))
  connections = 0
})

/** Answers of a server of bytes, which sends each of these parts in a packet of its own. */
async function answers(count: number, ...parts: readonly string[]): Promise<string[]> {
  const listening = createServer((socket) => {
    connections++
    sockets.add(socket.setNoDelay(true))
    socket.on('error', () => {})
    socket.on('data', async () => {
      for (const part of parts) {
        socket.write(part, 'latin1')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`
  const request = createRequest(url, { baseUrl: undefined, headers: {}, partition: undefined })
  transport = undiciTransport({ proxy: 'none', maxHeaderSize: 2_000 })
  const results: string[] = []
  for (let nth = 0; nth < count; nth++) {
    const exchange = { signal: new AbortController().signal, onSent() {}, onFirstByte() {} }
    const { 'content-length': length, ...headers }: Record<string, string> = await transport
      .send(request, exchange)
      .then(
        ({ status, headers: fields, body }) => ({ ...fields, is: `${status} ${Buffer.from(body)}` }),
        ({ message }: Error) => ({ is: message.replace(/127\.0\.0\.1:\d+/, 'HOST') }),
      )
    results.push(`${Object.values(headers).join(' ')} ${length ?? ''}`.trim())
  }
  return results
}

describe('answers that are not quite HTTP', () => {
  it.each([
    [
      'a 100 that nobody asked for',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      '200 ok 2',
    ],
    [
      'other interim answers',
      'HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      '200 ok 2',
    ],
    ['one length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok', '200 ok 2'],
    ['one length as a list', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok', '200 ok 2'],
    [
      'one length twice behind a 100',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok',
      '200 ok 2',
    ],
    ['lines that end in LF', 'HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nok', '1 200 ok 2'],
    ['one line that ends in LF', 'HTTP/1.1 200 OK\r\nX-A: 1\nContent-Length: 2\r\n\r\nok', '1 200 ok 2'],
    ['a control character', 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 2\r\n\r\nok', 'a b 200 ok 2'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\nok', 'a b 200 ok 2'],
    ['a name with a space', 'HTTP/1.1 200 OK\r\nX A: 1\r\nContent-Length: 2\r\n\r\nok', '1 200 ok 2'],
  ])('reads %s, on a connection that stays in use', async (_, bytes, expected) => {
    expect(await answers(3, bytes)).toEqual([expected, expected, expected])
    expect(connections).toBe(1)
  })

  it('reads chunks beside a length, and closes the connection', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'
    expect(await answers(2, bytes)).toEqual(['chunked 200 ok', 'chunked 200 ok'])
    expect(connections).toBe(2)
  })

  it('reads such a head whose rest comes later', async () => {
    const parts = ['HTTP/1.1 200 OK\r\nX A: 1\r\nX-B: ', '2\r\nContent-Le', 'ngth: 2\r\n\r', '\nok']
    expect(await answers(2, ...parts)).toEqual(['1 2 200 ok 2', '1 2 200 ok 2'])
  })

  it('reads such a head whose flaw comes in a later packet than its beginning', async () => {
    const parts = ['HTTP/1.1 200 OK\r\nX-A: ', '1\r\nX-B: 2\r\n', ' 3\r\nX C: 4', '\r\nContent-Length: 2\r\n\r\nok']
    expect(await answers(2, ...parts)).toEqual(['1 2 3 4 200 ok 2', '1 2 3 4 200 ok 2'])
    expect(connections).toBe(1)
    const byBytes = ['HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200', ...' OK\r\nX-A: 1\r\n 2\r\nC', 'ontent-Length: 2\r\n\r\nok']
    expect(await answers(1, ...byBytes)).toEqual(['1 2 200 ok 2'])
  })

  it.each([
    ['chunks that end in the middle of a line', '2\r\nokX0\r\n\r\n', 'Expected LF after chunk data'],
    ['a length in the trailers', '2\r\nok\r\n0\r\nContent-Length: 2\r\n\r\n', 'Content-Length'],
    ['a head within a broken body', '4\r\n1\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno', 'chunk data'],
    ['a head that begins in a broken body', '2\r\n1\nHTTP/1.1 200 OK', 'chunk data'],
  ])('reports the problem with %s', async (_, body, reason) => {
    const [message] = await answers(1, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`)
    expect(message).toMatch(/^HOST did not answer in valid HTTP: /)
    expect(message).toContain(reason)
  })

  it('names the status of an upgrade that was not requested', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(await answers(1, bytes)).toEqual(['HOST did not answer in valid HTTP: invalid status 101'])
  })

  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nfoo bar\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
    ['a 101 without an upgrade', 'HTTP/1.1 101 X\r\nContent-Length: 0\r\n\r\n'],
  ])('refuses %s', async (_, bytes) => {
    const [message] = await answers(1, bytes)
    expect(message).toMatch(/^HOST did not answer in valid HTTP: /)
  })

  it('refuses a head beyond maxHeaderSize, also one that needs mending and never ends', async () => {
    const long = 'a'.repeat(2_000)
    expect(await answers(1, `HTTP/1.1 200 OK\r\nX-A: ${long}\r\nContent-Length: 2\r\n\r\nok`)).toEqual([
      'the response headers of HOST are larger than maxHeaderSize allows',
    ])
    const endless = ['HTTP/1.1 200 OK\r\nX A: 1\r\n', ...Array.from({ length: 5 }, () => `X-B: ${'b'.repeat(500)}\r\n`)]
    expect((await answers(1, ...endless))[0]).toMatch(/^HOST did not answer in valid HTTP: /)
  })
})
