// A web server whose processes keep the limits of an API together: start it as often as you like.
// DATABASE_URL=postgres://... API=https://api.example PORT=8080 node server.ts

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from 'sluice'
import { postgresLimits } from 'sluice/stores/postgres'

const { DATABASE_URL = '', API = '', PORT = '0' } = process.env

// One of each for the whole process, made before the first request.
const sharedLimits = await postgresLimits({
  url: DATABASE_URL,
  name: 'shop',
  onError: (error) => console.error('limits:', (error as Error).message),
})
const api = createClient({
  baseUrl: API,
  rate: '20/s',
  concurrency: 10,
  // A visitor does not wait for ever: what could not be answered in time is refused at once.
  deadline: '10s',
  maxWaiting: 1_000,
  sharedLimits,
})

const server = createServer(async (request, response) => {
  // A visitor who leaves gives the place back.
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

// Answer what is there, then give back permits, places and connections.
process.once('SIGTERM', () => {
  server.close(async () => {
    await api.close()
    await sharedLimits.close()
  })
})
