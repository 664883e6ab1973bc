import { once } from 'node:events'
import { argv } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientOptions, createClient } from 'sluice'
import { fetchTransport } from 'sluice/transport'
import { certificate } from '../../../packages/sluice/test/http2/certificate.ts'

// `slow-readers.ts WAY URL READERS PAUSE`: reads many bodies concurrently and slowly. Prints the bytes read, and runs
// until its stdin closes, so that its memory can be measured.

const [way = '', url = '', readers, pause] = argv.slice(2)

const ways: Record<string, () => ClientOptions> = {
  http1: () => ({ proxy: 'none' }),
  http2: () => ({ proxy: 'none', http2: true, tls: { ca: certificate.cert } }),
  fetch: () => ({ transport: fetchTransport() }),
}

await using client = createClient({ ...ways[way]!(), concurrency: Number(readers) })

/** Reads a body with a pause after the first bytes, in which buffers fill up, and a short one after each chunk. */
async function read(): Promise<number> {
  const { value } = await client.get(url, { readAs: 'stream' })
  let bytes = 0
  for await (const chunk of value) {
    await sleep(bytes === 0 ? 1_000 : Number(pause))
    bytes += chunk.byteLength
  }
  return bytes
}

const sizes = await Promise.all(Array.from({ length: Number(readers) }, read))
process.stdout.write(`${sizes.reduce((sum, size) => sum + size, 0)}\n`)
process.stdin.resume()
await once(process.stdin, 'end')
