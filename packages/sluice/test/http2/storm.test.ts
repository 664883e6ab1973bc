import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import type { CallResult } from '../../src/index.ts'
import { type Connection, FrameServer } from './frame-server.ts'
import { tls, wait } from './support.ts'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Everything that a server of HTTP/2 may do to a stream and to those beside it. */
const troubles: readonly ((connection: Connection, id: number) => void)[] = [
  (connection, id) => {
    connection.goaway(id)
    connection.answer(id)
  },
  (connection, id) => {
    connection.goaway(id, 2)
    connection.open.clear()
  },
  ({ open, socket }) => {
    open.clear()
    socket.destroy()
  },
  ({ open, socket }) => {
    open.clear()
    socket.end()
  },
  ({ open, socket }) => {
    open.clear()
    socket.write('these bytes are no frames of HTTP/2, whatever they are')
  },
  (connection, id) => connection.reset(id, id % 14),
  (connection, id) => {
    connection.headers(id)
    connection.data(id, 'half')
    connection.reset(id, 0)
  },
  (connection, id) => {
    connection.headers(id)
    connection.data(id, 'half, and then nothing')
  },
  () => {},
  (connection, id) => {
    connection.settings([3, 0])
    connection.answer(id)
    setTimeout(() => connection.settings([3, 100]), 30)
  },
  (connection, id) => {
    connection.headers(id, { ':status': '503', 'content-length': '100' })
    connection.reset(id, 8)
  },
]

async function* body(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(10_000)
  await wait(1)
  yield Buffer.alloc(90_000)
}

describe('any server of HTTP/2', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gets no more at once than allowed, and each call one result (seed %d)',
    async (seed) => {
      const random = randomOf(seed)
      const server = await FrameServer.listen({
        onConnection: (connection) => {
          connection.answersPings = random() > 0.05
          connection.settings(...(random() < 0.3 ? [[3, 1 + Math.floor(random() * 10)] as const] : []))
        },
        onRequest: (connection, id) => {
          const act = random() < 0.1 ? troubles[Math.floor(random() * troubles.length)]! : undefined
          setTimeout(() => {
            if (!connection.open.has(id)) return
            if (act === undefined) connection.answer(id, 'x'.repeat(Math.floor(random() * 3_000)))
            else act(connection, id)
          }, random() * 15)
        },
      })
      const concurrency = 1 + Math.floor(random() * 30)
      const retry = random() < 0.5 ? (false as const) : { base: 1, cap: 5 }
      const options = {
        concurrency,
        retry,
        timeout: '150ms',
        connectTimeout: '1s',
        breaker: false as const,
        learn: false,
      }
      const client = createClient({ proxy: 'none', http2: true, tls, ...options })
      const requests = Array.from({ length: 100 }, (_, nth) => ({
        url: `${server.url}/${nth}`,
        ...(nth % 5 === 0 ? { method: 'PUT', body } : nth % 7 === 0 ? { method: 'POST', body: 'x' } : {}),
      }))

      const results: CallResult[] = []
      for await (const result of client.stream(requests)) {
        results.push(result)
        if (seed % 4 === 0 && results.length === 50) break
        if (seed % 4 === 1 && results.length === 50) void client.close()
      }
      await client.close()

      expect(new Set(results.map(({ index }) => index)).size).toBe(results.length)
      expect(results.length).toBeGreaterThanOrEqual(seed % 4 < 2 ? 50 : 100)
      const codes = results.map((result) => (result.ok ? '' : (result.error as { readonly code?: string }).code))
      expect(codes).not.toContain('SLUICE_TRANSPORT_FAULT')
      expect(server.most).toBeLessThanOrEqual(concurrency)
      await server.close()
    },
  )
})
