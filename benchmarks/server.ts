import { type AddressInfo, createServer, type Socket } from 'node:net'

// The server of all benchmarks, in a process of its own. `/TURN/200` answers after 200 ms; `/asked/TURN` tells how often
// that was asked, when for the first time, and how long it really took. Its first line of output is its port.
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

const item = answerOf(JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34, stock: 55, text: 'x'.repeat(125) }))
const turns = new Map<string, Asked>()

const server = createServer({ noDelay: true }, (socket) => {
  let unread = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    const requests = (unread + text).split('\r\n\r\n')
    unread = requests.pop()!
    for (const request of requests) answer(socket, request)
  })
  // A client that goes away at its end is no failure.
  socket.on('error', () => {})
})

function answer(socket: Socket, request: string): void {
  const [, turn = '', second = ''] = request.slice(0, request.indexOf(' HTTP/')).split(/[/?]/)
  if (turn === 'asked') {
    socket.write(answerOf(JSON.stringify(turns.get(second) ?? { count: 0 })))
    return
  }
  const asked = turns.get(turn) ?? { count: 0, firstAt: now(), delayed: 0 }
  if (asked.count++ === 0) turns.set(turn, asked)
  if (second === '0') {
    socket.write(item)
    return
  }
  const since = now()
  setTimeout(() => {
    socket.write(item)
    asked.delayed += now() - since
  }, Number(second))
}

// However the one who started it ends, it ends too.
process.stdin.resume().on('end', () => process.exit())
server.listen(0, '127.0.0.1', 4_096, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))

function answerOf(json: string): string {
  const length = Buffer.byteLength(json)
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${json}`
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
