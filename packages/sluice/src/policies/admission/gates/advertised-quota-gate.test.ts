import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../../../http/request.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { Attempt, Call } from '../../attempt.ts'
import { Costs } from '../../costs/costs.ts'
import { AdvertisedQuotaGate } from './advertised-quota-gate.ts'
import type { Settled } from './gate.ts'
import { LearnedRateGate } from './learned-rate-gate.ts'

const request = { partition: 'a', weight: 1, priority: 0 } as ApiRequest
const observer = { onAttempt() {}, onBackoff() {} }
const call = new Call({ request, index: 0, arrival: 0, startedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, observer })
const attempt = new Attempt(call, 1, new ManualClock())

function answered(status: number, headers: Record<string, string>): Settled {
  const outcome = { kind: 'response', response: { status, headers, body: new Uint8Array() } } as const
  const verdict = status === 429 ? 'throttled' : 'success'
  const retryAfter = status === 429 ? 1_000 : undefined
  return { attempt, outcome, verdict, retryAfter, isForAll: true, weight: 1, admittedAt: 0 }
}

const left = (remaining: number): Record<string, string> => ({
  'ratelimit-policy': '"default";q=10;w=60',
  ratelimit: `"default";r=${remaining};t=30`,
})

describe('a refusal beside an advertised quota', () => {
  it.each([
    ['that says nothing is left of it teaches no other rate', left(0), undefined],
    ['that says something is left of it is due to another limit, which is learned', left(5), '1/1010ms'],
    ['that says nothing is due to another limit, which is learned', {}, '1/1010ms'],
  ])('%s', (_name, headers, expected) => {
    const learned: string[] = []
    const announced = new AdvertisedQuotaGate({
      costs: new Costs(undefined, () => undefined),
      wallTime: () => 0,
      longest: 600_000,
    })
    const gate = new LearnedRateGate({
      learnsFromBare: true,
      isPaced: false,
      isExplained: (settled) => announced.explains(settled),
      onLearned: (rate) => learned.push(rate),
    })
    gate.take(0, 1)
    gate.take(0, 1)
    gate.settle(20, answered(200, left(5)))
    gate.settle(20, answered(429, headers))
    gate.ask(1_020, 1)

    expect(learned[0]).toBe(expected)
  })
})
