// Calls a server that says goodbye in the midst of uploads, timeouts and aborts, and tells how large this process became.
import process, { argv, exit } from 'node:process'
import { createClient } from '../../../src/client/create-client.ts'
import { tls } from '../support.ts'

const [url, rounds] = argv.slice(2)
let largest = 0
for (let round = 0; round < Number(rounds); round++) {
  const client = createClient({
    proxy: 'none',
    http2: true,
    tls,
    concurrency: 150,
    timeout: '100ms',
    breaker: false,
    learn: false,
    retry: false,
  })
  const requests = Array.from({ length: 300 }, (_, nth) => ({
    url: `${url}/${nth}`,
    ...(nth % 3 === 0 ? { method: 'POST', body: 'x'.repeat(nth % 2 === 0 ? 1 : 100_000) } : {}),
  }))
  await client.all(requests)
  largest = Math.max(largest, process.memoryUsage.rss())
  await client.close()
}
process.stdout.write(JSON.stringify({ largest: Math.round(largest / 1e6) }), () => exit())
