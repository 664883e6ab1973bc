// Prints progress once a second, and counts events.

import { serveSimulator } from '@sluice/simulator'
import { createClient, formatDuration, type Progress } from 'sluice'

const api = await serveSimulator({ scenario: { latency: '100ms', faults: '503:10%' } })

function show({ done, total, failed, retries, inFlight, rate, left }: Progress): void {
  const eta = left === undefined ? '' : `, ${formatDuration(left.low)} to ${formatDuration(left.high)} left`
  const counts = `${failed} failed, ${retries} retries, ${inFlight} in flight`
  console.log(`progress: ${done} of ${total}, ${counts}, ${Math.round(rate)}/s${eta}`)
}

{
  await using client = createClient({ baseUrl: api.url, concurrency: 20, retry: { maxAttempts: 8, base: '50ms' } })

  const counts = new Map<string, number>()
  const stopListening = client.on((event) => {
    counts.set(event.type, (counts.get(event.type) ?? 0) + 1)
    // The URL of an event may contain keys; in `request.id` they are masked.
    if (event.type === 'call.settled' && event.attempts > 3) {
      console.log(`took ${event.attempts} attempts: ${new URL(event.request.id).pathname}`)
    }
  })

  const urls = Array.from({ length: 300 }, (_, index) => `/products/${index + 1}`)
  await client.all(urls, { onProgress: show })
  stopListening()

  for (const [type, count] of counts) console.log(`event ${type}: ${count}`)
}
await api.close()
