import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { bearerAuth } from '../policies/auth/bearer-auth.ts'
import { CancelledError } from '../policies/errors.ts'
import type { ScriptedAnswer } from '../testing/scripted-api.ts'
import { testClient } from '../testing/test-client.ts'
import { ConnectionLostError, type SchemaIssue } from '../transport/errors.ts'
import type { CallResult, Failure } from './result.ts'
import type { ClientOptions } from './settings.ts'

function setup(answer: (url: string, count: number) => ScriptedAnswer, options: ClientOptions = {}) {
  const made = testClient(({ url }, count) => answer(url, count), { random: () => 0, ...options }, 0)
  const failed = async (call: Promise<CallResult>): Promise<Failure> => {
    const result = await made.clock.runUntilSettled(call)
    if (result.ok) throw new Error('expected a failure')
    return result
  }
  return { ...made, failed }
}

describe('the error of a call', () => {
  it('names its call in its message, and carries it as data', async () => {
    const { client, failed } = setup(() => 503, { retry: { maxAttempts: 3 } })
    const { error } = await failed(client.try({ url: '/items/7', method: 'DELETE' }))
    expect(error).toMatchObject({
      message: 'DELETE https://a.test/items/7: 503 Service Unavailable after 3 attempts',
      summary: '503 Service Unavailable',
      request: { method: 'DELETE', url: 'https://a.test/items/7' },
      attempts: 3,
    })
    expect(inspect(error)).toContain(error.message)
    expect(error.stack).toContain(error.message)
  })

  it.each<[string, ScriptedAnswer, ClientOptions, string]>([
    ['a lost connection', new ConnectionLostError('the cable was cut'), {}, 'the cable was cut after 1 attempt'],
    [
      'a body that is no JSON',
      { headers: { 'content-type': 'application/json' }, body: '{' },
      {},
      'the body of 1 bytes is not JSON after 1 attempt',
    ],
    ['a deadline', { after: 9_000 }, { deadline: '2s' }, 'not done within its deadline of 2.0 s after 1 attempt'],
    [
      'a refusal that says when',
      { status: 429, headers: { 'retry-after': '3600' } },
      {},
      '429 Too Many Requests, retry at 2026-01-01T01:00:00.000Z, after 1 attempt',
    ],
  ])('names it after %s', async (_, answer, options, words) => {
    const { client, failed } = setup(() => answer, { retry: false, ...options })
    const { error } = await failed(client.try('/x'))
    expect(error.message).toBe(`GET https://a.test/x: ${words}`)
    expect(inspect(error)).toContain(error.message)
  })

  it('masks secrets of the URL, and cuts one that is long', async () => {
    const { client, failed } = setup(() => 404)
    const { error } = await failed(client.try(`/x?api_key=hush&q=${'a'.repeat(400)}`))
    expect(error.request?.url).toBe(`https://a.test/x?api_key=***&q=${'a'.repeat(400)}`)
    expect(error.message.length).toBeLessThan(350)
    expect(`${error.message}${error.stack}`).not.toContain('hush')
  })

  it('is an own one for each call, where many share what went wrong', async () => {
    const shared = Object.freeze(new ConnectionLostError('the cable was cut'))
    const { client, clock } = setup(() => shared, { retry: false, breaker: false })
    const results = await clock.runUntilSettled(client.all(['/1', '/2']))
    expect(results.map((result) => !result.ok && [result.error.message, result.error.summary])).toEqual([
      ['GET https://a.test/1: the cable was cut after 1 attempt', 'the cable was cut'],
      ['GET https://a.test/2: the cable was cut after 1 attempt', 'the cable was cut'],
    ])
    expect(results.every((result) => !result.ok && result.error instanceof ConnectionLostError)).toBe(true)
    expect(shared.message).toBe('the cable was cut')
  })

  it("tells the server's words, in one bounded line without credentials", async () => {
    const problem = { title: 'Out of stock', detail: 'item 7\nis gone', token: 'x' }
    const { client, failed } = setup(
      (url) =>
        url.endsWith('/problem')
          ? { status: 409, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify(problem) }
          : {
              status: 400,
              headers: { 'content-type': 'text/plain' },
              body: `no access with hush-hush ${'.'.repeat(500)}`,
            },
      { auth: bearerAuth('hush-hush') },
    )
    const told = async (url: string) => {
      const { error } = await failed(client.try(url))
      return error.code === 'SLUICE_CLIENT_ERROR' ? error.detail : undefined
    }
    expect(await told('/problem')).toBe('Out of stock: item 7 is gone')
    expect(await told('/text')).toMatch(/^no access with \*\*\* \.{100,}…$/)
    expect((await told('/text'))?.length).toBe(200)
  })

  it('is a CancelledError with the platform’s name where a policy or a listener cancels', async () => {
    const reason = new Error('enough')
    const stop = { name: 'stop', run: async () => ({ kind: 'cancelled', reason }) as const }
    const { client, failed } = setup(() => 200, { perCall: [stop] })
    const { error } = await failed(client.try('/x'))
    expect(error).toBeInstanceOf(CancelledError)
    expect(error).toMatchObject({ code: 'SLUICE_CANCELLED', name: 'AbortError', cause: reason })
  })

  it('narrows by its code', async () => {
    const { client, failed } = setup(() => 404)
    const { error } = await failed(client.try('/x'))
    switch (error.code) {
      case 'SLUICE_SCHEMA':
        expectTypeOf(error.issues).toEqualTypeOf<readonly SchemaIssue[] | undefined>()
        break
      case 'SLUICE_THROTTLED':
        expectTypeOf(error.retryAt).toEqualTypeOf<number | undefined>()
        break
      case 'SLUICE_CLIENT_ERROR':
        expect(error.status).toBe(404)
        break
      default:
        expect.unreachable()
    }
  })
})
