// A web server whose processes share the limits of an API: start any number of them.
// DATABASE_URL=postgres://... API=https://api.example PORT=8080 node server.ts

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from 'sluice'
import { postgresLimits } from 'sluice/stores/postgres'

const { DATABASE_URL = '', API = '', PORT = '0' } = process.env

// One client and one set of limits per process, created before the first request.
const sharedLimits = await postgresLimits({
  url: DATABASE_URL,
  name: 'shop',
  onError: (error) => console.error('limits:', (error as Error).message),
})
const api = createClient({
  baseUrl: API,
  rate: '20/s',
  concurrency: 10,
  // A visitor does not wait forever: calls that cannot be answered in time are refused at once.
  deadline: '10s',
  maxWaiting: 1_000,
  sharedLimits,
})

const server = createServer(async (request, response) => {
  // When a visitor leaves, the permit is released.
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const result = await api.try(request.url ?? '/', { signal: gone.signal })
    response.writeHead(result.ok ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify(result.ok ? result.value : { error: result.error.code }))
  } catch {
    response.destroy()
  }
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening ${(server.address() as AddressInfo).port}`))

// Finish requests in flight, then release permits and connections.
process.once('SIGTERM', () => {
  server.close(async () => {
    await api.close()
    await sharedLimits.close()
  })
})
