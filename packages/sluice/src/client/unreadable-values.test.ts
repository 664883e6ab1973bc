import { describe, expect, it } from 'vitest'
import { tokenAuth } from '../policies/auth/token-auth.ts'
import { testClient } from '../testing/test-client.ts'
import type { ClientOptions } from './settings.ts'

/** Revoked proxy, which throws at any access, even by `instanceof`. */
function unreadable(): never {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy as never
}
function throwing(): never {
  throw unreadable()
}

const setup = (options: ClientOptions = {}) => testClient(() => 200, { concurrency: 1, retry: false, ...options })

describe('a value that cannot be read', () => {
  it.each<[string, ClientOptions, string]>([
    ['thrown by a transport', { transport: { send: throwing, close: async () => {} } }, 'SLUICE_TRANSPORT_FAULT'],
    ['thrown by a policy around calls', { perCall: [{ name: 'p', run: throwing }] }, 'SLUICE_POLICY'],
    ['thrown by a policy around attempts', { perAttempt: [{ name: 'p', run: throwing }] }, 'SLUICE_POLICY'],
    ['thrown by fetchToken', { auth: tokenAuth({ fetchToken: async () => throwing() }) }, 'SLUICE_AUTH'],
    ['thrown by partition', { partition: throwing }, 'SLUICE_BAD_INPUT'],
  ])('costs its own call: %s', async (_, options, code) => {
    const { clock, client } = setup(options)

    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    expect(results.map((result) => !result.ok && (result.error as { code?: string }).code)).toEqual([code, code, code])
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('costs its own item in a list', async () => {
    const { clock, client } = setup()

    const results = await clock.runUntilSettled(client.all(['/1', unreadable(), '/3']))

    expect(results.map((result) => result.ok || (result.error as { code?: string }).code)).toEqual([
      true,
      'SLUICE_BAD_INPUT',
      true,
    ])
  })

  it('ends a call as the reason of an abort', async () => {
    const { clock, api, client } = setup()
    const controller = new AbortController()
    const call = client.try('/1', { signal: controller.signal })
    await clock.advance(50)

    controller.abort(unreadable())

    expect(await clock.runUntilSettled(call)).toMatchObject({ ok: false })
    expect([clock.now(), api.inFlight]).toEqual([50, 0])
  })
})
