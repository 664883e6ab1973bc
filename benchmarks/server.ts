import { createSecureServer } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { certificate } from '../packages/sluice/test/http2/certificate.ts'

// The server of all benchmarks, in a process of its own. `/TURN/200` answers after 200 ms, `/TURN/0/large` with another body;
// `/asked/TURN` tells how often that was asked, when for the first time, and how long it really took. Its first line of output
// has its ports: of HTTP/1.1, of the same on TLS, and of HTTP/2.
//
// It speaks just as much HTTP as it takes to answer a GET, because it must be quicker than the quickest client: one that
// waits for its server has other costs than one that is kept busy, and Node's own server is slower than undici.

interface Asked {
  count: number
  /** Milliseconds since the epoch, with fractions. */
  readonly firstAt: number
  /** Milliseconds from a request to its answer, of all together; 0 without a delay. */
  delayed: number
}

const product = { id: 1, name: 'Garden Chair', price: 27.34, stock: 55, text: 'x'.repeat(125) }
const item = answerOf(JSON.stringify(product))
const turns = new Map<string, Asked>()

/** Answers with other bodies, by name. */
const answers = new Map<string, Buffer>([
  ['large', Buffer.from(answerOf(listOf(58)))],
  ['packed', packedAnswer(listOf(5_300))],
])

/** Pieces of the body `events`, each written by itself. */
const events = Array.from({ length: 20 }, (_, index) => `data: {"number":${index},"text":"${'x'.repeat(60)}"}\n\n`)

function serve(socket: Socket): void {
  let unread = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    const requests = (unread + text).split('\r\n\r\n')
    unread = requests.pop()!
    for (const request of requests) answer(socket, request)
  })
  // A client that goes away at its end is no failure.
  socket.on('error', () => {})
}

function answer(socket: Socket, request: string): void {
  const [, turn = '', second = '', kind = ''] = request.slice(0, request.indexOf(' HTTP/')).split(/[/?]/)
  if (turn === 'asked') {
    socket.write(answerOf(JSON.stringify(turns.get(second) ?? { count: 0 })))
    return
  }
  const asked = count(turn)
  if (kind === 'events') writeEvents(socket)
  else if (second === '0') socket.write(answers.get(kind) ?? item)
  else {
    const since = now()
    setTimeout(() => {
      socket.write(item)
      asked.delayed += now() - since
    }, Number(second))
  }
}

function count(turn: string): Asked {
  const asked = turns.get(turn) ?? { count: 0, firstAt: now(), delayed: 0 }
  if (asked.count++ === 0) turns.set(turn, asked)
  return asked
}

function writeEvents(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n')
  let next = 0
  const write = (): void => {
    const event = events[next++]
    socket.write(event === undefined ? '0\r\n\r\n' : `${event.length.toString(16)}\r\n${event}\r\n`)
    if (event !== undefined) setImmediate(write)
  }
  write()
}

const keys = { key: certificate.key, cert: certificate.cert }
const http2 = createSecureServer(keys)
const itemBody = JSON.stringify(product)
http2.on('stream', (stream, headers) => {
  count(String(headers[':path']).split('/')[1]!)
  stream.on('error', () => {})
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': itemBody.length })
  stream.end(itemBody)
})

// However the one who started it ends, it ends too.
process.stdin.resume().on('end', () => process.exit())
const servers: readonly Server[] = [createServer({ noDelay: true }, serve), createTlsServer(keys, serve), http2]
const ports: number[] = []
for (const server of servers) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve))
  ports.push((server.address() as AddressInfo).port)
}
process.stdout.write(`${ports.join(' ')}\n`)

/** A list in JSON of so many products. */
function listOf(length: number): string {
  return JSON.stringify(Array.from({ length }, (_, id) => ({ ...product, id })))
}

function packedAnswer(json: string): Buffer {
  const body = gzipSync(json)
  const head = `content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${body.byteLength}`
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), body])
}

function answerOf(json: string): string {
  const length = Buffer.byteLength(json)
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${json}`
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
