// Obeys two rates at the same time. The server allows 20 requests in any second, and refuses none of these.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'

const api = await serveSimulator({ scenario: { latency: '50ms', limit: 'sliding:20/s' } })

{
  // `await using` closes the client at the end of the block.
  await using client = createClient({ baseUrl: api.url, rate: ['20/s', '3000/min'] })

  const startedAt = performance.now()
  const results = await client.all(Array.from({ length: 40 }, (_, index) => `/products/${index + 1}`))
  const seconds = (performance.now() - startedAt) / 1_000

  console.log(`${results.filter((result) => result.ok).length} of ${results.length} succeeded`)
  console.log(`took ${seconds.toFixed(1)} s`)
  for (const [limit, milliseconds] of client.status().waits) {
    console.log(`calls waited for ${limit}: ${(milliseconds / 1_000).toFixed(1)} s`)
  }
}

const { refused, busiestSecond } = api.stats()
console.log(`refused by the server: ${refused}`)
console.log(`never more than 20 in a second: ${busiestSecond <= 20}`)
await api.close()
