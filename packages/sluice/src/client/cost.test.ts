import { createHook } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { memoryTransport } from '../transport/transport.ts'
import { createClient } from './create-client.ts'

const calls = 2_000

/** Number of promises created per call, counted by the runtime: unlike times, the same on every machine. */
async function promisesPerCall(work: () => Promise<void>): Promise<number> {
  let promises = 0
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') promises++
    },
  })
  // One-time initialization and lazily loaded code do not count towards a call.
  await work()
  hook.enable()
  await work()
  hook.disable()
  return promises / calls
}

describe('a call', () => {
  it('makes no more promises than are written down here, with every default policy on', async () => {
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"n":1}') }
    const client = createClient({ transport: memoryTransport(async () => answer), concurrency: 32 })
    const urls = Array.from({ length: calls }, (_, index) => `https://api.test/${index}`)

    const stream = await promisesPerCall(async () => {
      for await (const { ok } of client.stream(urls)) expect(ok).toBe(true)
    })
    const one = await promisesPerCall(async () => {
      for (const url of urls) await client.get(url)
    })
    await client.close()

    // Lower these limits when a call gets cheaper. Half of the promises are created by `await`.
    expect(stream).toBeLessThan(22.5)
    expect(one).toBeLessThan(24.5)
  })
})
