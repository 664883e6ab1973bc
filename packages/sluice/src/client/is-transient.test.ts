import { describe, expect, it } from 'vitest'
import { SettingsError } from '../errors/settings-error.ts'
import { AuthError, CancelledError, PausedError, QueueTimeoutError } from '../policies/errors.ts'
import { memoryTransport } from '../transport/transport.ts'
import { createClient } from './create-client.ts'

describe('an error', () => {
  it.each<[number, boolean]>([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [501, false],
    [503, true],
  ])('of status %d says whether the request may succeed later', async (status, isTransient) => {
    const client = createClient({
      transport: memoryTransport(() => ({ status, headers: {}, body: new Uint8Array() })),
      retry: false,
    })
    const result = await client.try('https://a.test/')
    await client.close()
    expect(result.ok ? undefined : result.error.isTransient).toBe(isTransient)
  })

  it('of the client says the same', () => {
    expect(new SettingsError('x').isTransient).toBe(false)
    expect(new AuthError('x').isTransient).toBe(false)
    expect(new AuthError('x', new PausedError(0)).isTransient).toBe(true)
    expect(new QueueTimeoutError(1, 0, undefined).isTransient).toBe(true)
    expect(new CancelledError('x').isTransient).toBe(false)
  })
})
