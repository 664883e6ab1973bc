// Reads all pages of a list, many at a time and in order, behind a login whose token expires during the run.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'
import { tokenAuth } from 'sluice/auth'

interface Login {
  readonly access_token: string
  readonly expires_in: number
}

// Tokens of this API are valid for a second, and its responses take 50 ms.
const api = await serveSimulator({ scenario: { latency: '50ms', tokenLifetime: '1s' } })

await using client = createClient({
  baseUrl: api.url,
  concurrency: 5,
  auth: tokenAuth({
    // Called once for all waiting calls, within the limits of the client.
    async fetchToken({ send }) {
      const { value } = await send<Login>({ url: '/catalogue/login', json: { user: 'ada', password: 'practice' } })
      return { token: value.access_token, expiresIn: value.expires_in * 1_000 }
    },
  }),
})

const ids: number[] = []
for await (const { id } of client.paginate<{ id: number }>('/catalogue/products', {
  style: 'page',
  sizeParam: 'per_page',
  size: 25,
  total: 'total',
  items: 'items',
})) {
  ids.push(id)
}

const { paths, largestAtOnce } = api.stats()
console.log(`${ids.length} products, in order: ${ids.every((id, index) => id === index + 1)}`)
console.log(`never more than 5 at once: ${largestAtOnce <= 5}`)
console.log(`logins: ${paths['/catalogue/login']}`)
await api.close()
