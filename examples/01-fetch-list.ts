// Fetches a list of URLs with at most ten in flight, and gets one result for each in the order of the list.

import { serveSimulator } from '@sluice/simulator'
import { fetchAll } from 'sluice'

interface Product {
  readonly name: string
  readonly price: number
}

const api = await serveSimulator({ scenario: { latency: '50ms' } })

// 100 products that exist, and one that does not.
const urls = Array.from({ length: 100 }, (_, index) => `/products/${index + 1}`)
urls.push('/products/9999')

const results = await fetchAll<Product>(urls, { baseUrl: api.url, concurrency: 10 })

const succeeded = results.filter((result) => result.ok)
console.log(`${results.length} results: ${succeeded.length} succeeded`)
console.log(`the first one: ${succeeded[0]?.value.name}`)

// A failure is a value at its position in the list, and does not affect the other items.
for (const result of results) {
  if (!result.ok) console.log(`failed: ${new URL(result.id).pathname}: ${result.error.message}`)
}
console.log(`most requests at once, as the server counted: ${api.stats().largestAtOnce}`)
await api.close()
