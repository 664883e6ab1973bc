import { describe, expect, it } from 'vitest'
import { type FetchFlags, untouched } from '../flags/fetch-flags.ts'
import { resolveFetchPlan } from './fetch-plan.ts'

function retryOf(flags: Partial<FetchFlags>): unknown {
  return resolveFetchPlan(['http://127.0.0.1/'], { ...untouched, ...flags }, { env: {}, stdinIsPiped: false }).client
    .retry
}

describe('the plan of a fetch', () => {
  it('has a pool of the keys that are named, under the names of their variables', () => {
    const auth = ['bearer:env:A', 'header:x-key:env:B', 'bearer:env:A', 'bearer:typed']
    const flags = { ...untouched, auth }
    const env = { A: 'secret-a', B: 'secret-b' }
    const { client, secrets, warnings } = resolveFetchPlan(['http://127.0.0.1/'], flags, { env, stdinIsPiped: false })
    expect(client.pool).toEqual([
      { name: 'A', headers: { authorization: 'Bearer secret-a' } },
      { name: 'B', headers: { 'x-key': 'secret-b' } },
      { name: 'key 3', headers: { authorization: 'Bearer secret-a' } },
      { name: 'key 4', headers: { authorization: 'Bearer typed' } },
    ])
    expect(client.headers).toEqual({})
    expect(secrets).toEqual(expect.arrayContaining(['secret-a', 'secret-b', 'typed']))
    expect(warnings).toHaveLength(1)
  })

  it('counts refusals as attempts where a number of attempts is given, and only there', () => {
    expect(retryOf({})).toEqual({ maxRetryAfter: '1h' })
    expect(retryOf({ attempts: '3' })).toEqual({ maxRetryAfter: '1h', maxAttempts: 3, maxThrottles: 'attempts' })
    expect(retryOf({ attempts: '3', maxThrottles: '9' })).toMatchObject({ maxAttempts: 3, maxThrottles: 9 })
  })
})
