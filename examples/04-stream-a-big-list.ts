// Streams a source of any length: read on demand, results in order, and closed when the loop ends.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'

const api = await serveSimulator({ scenario: { latency: '10ms' } })

/** Represents a file, a database cursor or another API. */
async function* productUrls(count: number): AsyncGenerator<string> {
  try {
    for (let id = 1; id <= count; id++) yield `/products/${id}`
  } finally {
    console.log('the source is closed')
  }
}

{
  await using client = createClient({ baseUrl: api.url, concurrency: 50 })

  const run = client.stream<{ readonly id: number }>(productUrls(2_000), { ordered: true, readAhead: 100 })
  let handedOver = 0
  let isInOrder = true
  let maxAhead = 0
  for await (const result of run) {
    handedOver++
    if (!result.ok || result.value.id !== handedOver) isInOrder = false
    maxAhead = Math.max(maxAhead, run.progress.read - handedOver)
  }
  console.log(`handed over ${handedOver}, in order: ${isInOrder}`)
  // At most `readAhead`, and one per call in flight.
  console.log(`never more than 150 read ahead: ${maxAhead <= 150}`)

  // Leaving the loop cancels calls in flight and closes the source.
  for await (const result of client.stream(productUrls(1_000_000), { readAhead: 100 })) {
    if (result.index >= 10) break
  }
  console.log(`requests in all: fewer than 2,500: ${api.stats().requests < 2_500}`)
}
await api.close()
