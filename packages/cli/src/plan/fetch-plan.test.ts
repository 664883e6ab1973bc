import { describe, expect, it } from 'vitest'
import { type FetchFlags, untouched } from '../flags/fetch-flags.ts'
import { resolveFetchPlan } from './fetch-plan.ts'

function retryOf(flags: Partial<FetchFlags>): unknown {
  return resolveFetchPlan(['http://127.0.0.1/'], { ...untouched, ...flags }, { env: {}, stdinIsPiped: false }).client
    .retry
}

describe('the plan of a fetch', () => {
  it('counts refusals as attempts where a number of attempts is given, and only there', () => {
    expect(retryOf({})).toEqual({ maxRetryAfter: '1h' })
    expect(retryOf({ attempts: '3' })).toEqual({ maxRetryAfter: '1h', maxAttempts: 3, maxThrottles: 'attempts' })
    expect(retryOf({ attempts: '3', maxThrottles: '9' })).toMatchObject({ maxAttempts: 3, maxThrottles: 9 })
  })
})
