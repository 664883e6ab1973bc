// Polls data that seldom changes: the server confirms the cached body instead of sending it again.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'
import { bearerAuth } from 'sluice/auth'

const api = await serveSimulator()
const login = createClient({ baseUrl: api.url })
const { value } = await login.post<{ access_token: string }>('/catalogue/login', {
  json: { user: 'ada', password: 'practice' },
})
await login.close()

await using client = createClient({
  baseUrl: api.url,
  auth: bearerAuth(value.access_token),
  cache: 'revalidate', // sends validators with each request; never returns stale data
  coalesce: true, // identical simultaneous calls share one request
})

const product = '/catalogue/products/7'
for (let turn = 0; turn < 3; turn++) {
  const { fromCache, value: found } = await client.get<{ name: string }>(product)
  console.log(`${found.name}: ${fromCache ?? 'sent'}`)
}

// After a change, the server sends the new body.
await client.put(product, { json: { name: 'Quiet Lamp', price: 12.5, category: 'home' } })
const changed = await client.get<{ name: string }>(product)
console.log(`${changed.value.name}: ${changed.fromCache ?? 'sent'}`)

// Ten simultaneous calls make one request.
const before = api.stats().requests
await Promise.all(Array.from({ length: 10 }, () => client.get(product)))
console.log(`ten at once: ${api.stats().requests - before} request`)
await api.close()
