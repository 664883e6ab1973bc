// Asking again and again for what seldom changes: the server confirms what is kept, and sends nothing twice.

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
  cache: 'revalidate', // validators with each request; nothing it gives is stale
  coalesce: true, // the same thing at the same time is asked for once
})

const product = '/catalogue/products/7'
for (let turn = 0; turn < 3; turn++) {
  const { fromCache, value: found } = await client.get<{ name: string }>(product)
  console.log(`${found.name}: ${fromCache ?? 'sent'}`)
}

// Somebody changes it: then it is sent again.
await client.put(product, { json: { name: 'Quiet Lamp', price: 12.5, category: 'home' } })
const changed = await client.get<{ name: string }>(product)
console.log(`${changed.value.name}: ${changed.fromCache ?? 'sent'}`)

// Ten that want it at once make one request.
const before = api.stats().requests
await Promise.all(Array.from({ length: 10 }, () => client.get(product)))
console.log(`ten at once: ${api.stats().requests - before} request`)
await api.close()
