// Stops calls in four ways: the caller's signal, a deadline, an attempt timeout, and the time limit of a run.

import { serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'

const api = await serveSimulator({ scenario: { latency: '100ms' } })
{
  await using client = createClient({ baseUrl: api.url, concurrency: 5 })

  // Aborting rejects with the signal's reason, at any stage of the call.
  const controller = new AbortController()
  setTimeout(() => controller.abort(new Error('the user went away')), 50)
  try {
    await client.get('/delay/10000', { signal: controller.signal })
  } catch (error) {
    console.log(`aborted: ${error instanceof Error ? error.message : error}`)
  }

  // A deadline bounds the whole call, with its waits and all its attempts.
  const late = await client.try('/delay/10000', { deadline: '200ms' })
  if (!late.ok) console.log(`deadline: ${late.error.message}`)

  // A timeout bounds one attempt; here each of two attempts has 100 ms.
  await using patient = createClient({ baseUrl: api.url, timeout: '100ms', retry: { maxAttempts: 2, base: '10ms' } })
  const slow = await patient.try('/delay/10000')
  if (!slow.ok) console.log(`timeout: ${slow.error.message}; attempts: ${slow.attempts.length}`)

  // `maxTime` ends a run gracefully: calls in flight may finish, and the remaining items are unfinished.
  const run = client.stream(
    Array.from({ length: 100 }, (_, index) => `/products/${index + 1}`),
    { maxTime: '250ms' },
  )
  let results = 0
  for await (const _ of run) results++
  const { read, succeeded, failed, unfinished } = run.progress
  console.log(`maxTime: ${run.stopReason}; some succeeded: ${succeeded > 0}; failed: ${failed}`)
  console.log(
    `what was read is accounted for: ${results === succeeded + unfinished && results === read}; all was read: ${read === 100}`,
  )
}
await api.close()
