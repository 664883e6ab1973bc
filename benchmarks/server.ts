import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// The server of all benchmarks, in a process of its own. `/TURN/200` answers after 200 ms; `/asked/TURN` tells how often
// that was asked, when for the first time, and how long it really took. Its first line of output is its port.

interface Asked {
  count: number
  /** Milliseconds since the epoch, with fractions. */
  readonly firstAt: number
  /** Milliseconds from a request to its answer, of all together; 0 without a delay. */
  delayed: number
}

const body = JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34, stock: 55, text: 'x'.repeat(125) })
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
const turns = new Map<string, Asked>()

const server = createServer((request, response) => {
  const [, turn = '', second = ''] = request.url!.split(/[/?]/)
  if (turn === 'asked') {
    response.end(JSON.stringify(turns.get(second) ?? { count: 0 }))
    return
  }
  const asked = turns.get(turn) ?? { count: 0, firstAt: now(), delayed: 0 }
  if (asked.count++ === 0) turns.set(turn, asked)
  if (second === '0') {
    response.writeHead(200, headers).end(body)
    return
  }
  const since = now()
  setTimeout(() => {
    response.writeHead(200, headers).end(body)
    asked.delayed += now() - since
  }, Number(second))
})
// However the one who started it ends, it ends too.
process.stdin.resume().on('end', () => process.exit())
// Nobody's connection is closed between two requests.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', 4_096, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))

function now(): number {
  return performance.timeOrigin + performance.now()
}
