// Retries POST safely: an idempotency key lets the server distinguish a repetition from a new order.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'

const api = await serveSimulator()
const retry = { base: '20ms' }

{
  // `/flaky/1/...` answers 503 the first time. The server may have acted, so there is no second attempt without a key.
  await using client = createClient({ baseUrl: api.url, retry })
  const result = await client.try({ url: '/flaky/1/order-1', json: { product: 7, count: 2 } })
  if (!result.ok) console.log(`without a key: ${result.error.message}; attempts: ${result.attempts.length}`)
}

{
  // One key per call, the same for all its attempts.
  await using client = createClient({ baseUrl: api.url, retry, idempotencyKey: true })
  const { request, status, attempts } = await client.post('/flaky/1/order-2', { json: { product: 7, count: 2 } })
  console.log(`with a key: ${status}; attempts: ${attempts.length}`)

  const most = api.stats().mostRepeated
  const isSame = most?.idempotencyKey === request.headers['idempotency-key']
  console.log(`the server saw the same key ${most?.times} times: ${isSame}`)
}

{
  // A key derived from the data stays the same when the program is restarted.
  await using client = createClient({ baseUrl: api.url, retry })
  const orders = [11, 12, 13].map((id) => ({
    id,
    url: `/flaky/1/order-${id}`,
    json: { order: id },
    headers: { 'idempotency-key': `order-${id}` },
  }))
  const results = await client.all(orders)
  for (const { id, ok, attempts } of results) console.log(`order ${id}: ok ${ok}; attempts: ${attempts.length}`)
}

await api.close()
