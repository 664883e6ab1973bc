import { describe, expect, it } from 'vitest'
import type { RequestSpec } from '../http/request.ts'
import { bearerAuth } from '../policies/auth/bearer-auth.ts'
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

const setup = (options: ClientOptions = {}) =>
  testClient(({ url }) => (url.endsWith('/404') ? 404 : 200), { concurrency: 1, retry: false, ...options })

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

describe('an asynchronous function instead of a synchronous one', () => {
  const rejects = (async () => Promise.reject(new Error('late'))) as never

  it.each<[string, ClientOptions, RequestSpec, string]>([
    ['partition', { partition: rejects }, { url: '/1' }, 'SLUICE_BAD_INPUT'],
    ['cost', { cost: rejects }, { url: '/1' }, 'SLUICE_BAD_INPUT'],
    ['mapError', { mapError: rejects }, { url: '/404' }, 'SLUICE_POLICY'],
    ['bearerAuth', { auth: bearerAuth(rejects) }, { url: '/1' }, 'SLUICE_AUTH'],
  ])('costs its own call, and not the process: %s', async (_, options, request, code) => {
    const unhandled: unknown[] = []
    const onUnhandled = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', onUnhandled)
    const { clock, client } = setup(options)

    const [result] = await clock.runUntilSettled(client.all([request]))
    await new Promise(setImmediate)
    process.off('unhandledRejection', onUnhandled)

    expect([!result!.ok && (result!.error as { code?: string }).code, unhandled]).toEqual([code, []])
  })

  it('fails as the promise of a request, a URL or a header does', async () => {
    const { client } = setup()
    const promise = (): never => Promise.reject(new Error('late')) as never
    const results = await client.all([promise(), { url: promise() }, { url: '/1', headers: { 'x-a': promise() } }])
    await new Promise(setImmediate)

    expect(results.map((result) => !result.ok && result.error.message)).toEqual([
      'a request must be a URL, or an object with a url, but this is a promise: await it',
      'a request must be a URL, or an object with a url, but the url of this object is a promise: await it',
      'the header x-a: expected text, got a promise: await it',
    ])
  })

  it('makes an error permanent as classify, instead of a pause of all', async () => {
    const { clock, client } = setup({ retry: { maxAttempts: 4 } })
    let calls = 0
    const work = client.run(
      () => {
        calls++
        throw new Error('odd')
      },
      { classify: rejects },
    )

    await expect(clock.runUntilSettled(work)).rejects.toThrow('odd')
    expect(calls).toBe(1)
  })
})
