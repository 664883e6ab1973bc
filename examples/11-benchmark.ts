// Finds the best concurrency of an API, and the bottleneck.

import { serveSimulator } from '@sluice/simulator'
import { benchmark, planBenchmark } from 'sluice/benchmark'

// An API that processes 8 requests at once, 20 ms each.
const api = await serveSimulator({ scenario: { latency: '20ms', capacity: 8 } })
const requests = Array.from({ length: 40 }, (_, index) => `/products/${index + 1}`)
const options = { count: 40, levels: [5, 10, 20], repeat: 2, auto: false }

console.log(`at most ${planBenchmark(options).requests} requests`)
const report = await benchmark({ baseUrl: api.url, proxy: 'none' }, requests, options)

for (const { mode, concurrency, rps, speedup, p95Ms } of report.rows) {
  const figures = [`${rps.toFixed(0)}/s`, `${speedup.toFixed(1)} x`, `p95 ${p95Ms.toFixed(0)} ms`]
  console.log(`${mode} ${concurrency}: ${figures.join(', ')}`)
}
console.log(`best: ${report.sweetSpot} at once`)
console.log(`limited by ${report.limitedBy}: ${report.evidence}`)
console.log(`sent ${report.sentRequests}, as the server counted: ${api.stats().requests}`)
await api.close()
