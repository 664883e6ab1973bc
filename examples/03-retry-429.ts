// Handles a server that refuses: a 429 with Retry-After pauses all calls with the same limit, and nothing is lost.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'

// The server allows 10 requests a second, which the client does not know.
const api = await serveSimulator({ scenario: { latency: '20ms', limit: 'fixed:10/s' } })

{
  await using client = createClient({ baseUrl: api.url, concurrency: 10, retry: { base: '50ms' } })

  // A temporary failure: 503 twice, then a success.
  const { status, attempts } = await client.get('/flaky/2/invoice-7')
  const verdicts = attempts.map(({ verdict }) => verdict)
  console.log(`${status} after ${attempts.length} attempts: ${verdicts.join(', ')}`)

  client.on((event) => {
    if (event.type === 'partition.paused') console.log(`paused for ${Math.round(event.until - event.at)} ms`)
  })

  const results = await client.all(Array.from({ length: 30 }, (_, index) => `/products/${index + 1}`))
  const throttled = results.flatMap((result) => result.attempts).filter(({ verdict }) => verdict === 'throttled')
  console.log(`${results.filter((result) => result.ok).length} of ${results.length} succeeded`)
  console.log(`attempts that were answered 429: ${throttled.length}`)
}

console.log(`refused by the server: ${api.stats().refused}`)
await api.close()
