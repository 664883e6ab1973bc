import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// The server of all benchmarks, in a process of its own. `/TURN/200` answers after 200 ms; `/asked/TURN` tells how often
// that was asked, and when for the first time. Its first line of output is its port.

interface Asked {
  count: number
  /** Milliseconds since the epoch, with fractions. */
  firstAt: number | undefined
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
  const asked = turns.get(turn)
  if (asked === undefined) turns.set(turn, { count: 1, firstAt: performance.timeOrigin + performance.now() })
  else asked.count++
  const answer = (): void => {
    response.writeHead(200, headers).end(body)
  }
  if (second === '0') answer()
  else setTimeout(answer, Number(second))
})
// Nobody's connection is closed between two requests.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', 4_096, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
