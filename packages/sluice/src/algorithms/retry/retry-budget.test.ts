import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../random/random.ts'
import { RetryBudget, type RetryKind } from './retry-budget.ts'

const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

describe('RetryBudget', () => {
  it.each([
    ['transient', 14, 35],
    ['throttled', 5, 100],
  ] as const)('takes for a %s retry %d of its 500 tokens, so that %d in a row empty it', (kind, cost, retries) => {
    const budget = new RetryBudget()
    for (let retry = 0; retry < retries; retry++) {
      expect(budget.mayRetry(kind)).toBe(true)
      expect(budget.take(kind)).toBe(cost)
    }
    expect(budget.level).toBe(500 - retries * cost)
    expect(budget.mayRetry(kind)).toBe(false)
  })

  it('gives one token for a success at the first attempt, and after a retry what that last retry took', () => {
    const budget = new RetryBudget()
    budget.take('transient')
    const lastCost = budget.take('throttled')
    budget.onSuccess(lastCost)
    expect(budget.level).toBe(486)
    budget.onSuccess(0)
    expect(budget.level).toBe(487)
  })

  it('takes the remaining tokens if a retry costs more, and refunds no more than that', () => {
    const budget = new RetryBudget({ size: 20, transientCost: 14 })
    budget.take('transient')
    expect(budget.take('transient')).toBe(6)
    expect(budget.level).toBe(0)
    budget.onSuccess(6)
    expect(budget.level).toBe(6)
  })

  it('stays from 0 to its size, whatever happens, and asking changes nothing', () => {
    const step = fc.constantFrom<RetryKind | number>('transient', 'throttled', 0, 5, 14)
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 60 }), (steps, size) => {
        const budget = new RetryBudget({ size })
        for (const step of steps) {
          const level = budget.level
          budget.mayRetry('transient')
          expect(budget.level).toBe(level)
          if (typeof step === 'number') budget.onSuccess(step)
          else budget.take(step)
          expect(budget.level).toBeGreaterThanOrEqual(0)
          expect(budget.level).toBeLessThanOrEqual(size)
        }
      }),
    )
  })
})

describe('5 attempts allowed, 10,000 items', () => {
  it('cost 1.0035 requests per item at a dead server, however many are in flight', () => {
    expect(run({ inFlight: 1, failing: 1, seed: 1 })).toEqual({ requests: 10_035, lowest: 10, denied: 9_992 })
    expect(run({ inFlight: 500, failing: 1, seed: 1 }).requests).toBe(10_035)
  })

  it.each([
    { inFlight: 1, wait: 1, lowest: 436 },
    { inFlight: 50, wait: 1, lowest: 384 },
    { inFlight: 200, wait: 1, lowest: 355 },
    { inFlight: 50, wait: 5, lowest: 379 },
    { inFlight: 200, wait: 10, lowest: 240 },
  ])(
    'never empty the budget at 5 % failures with $inFlight in flight, with waits of $wait round trips: of 500 tokens, $lowest are left at the lowest of 20 seeds',
    ({ inFlight, wait, lowest }) => {
      const runs = seeds.map((seed) => run({ inFlight, failing: 0.05, seed, wait }))
      expect(Math.min(...runs.map((run) => run.lowest))).toBe(lowest)
      expect(runs.every(({ denied }) => denied === 0)).toBe(true)
    },
  )

  it.each([
    [0.15, 0],
    [0.3, 1],
  ])(
    'are all retried at %d failing, and not all beyond 0.21, where successes earn less than failures cost',
    (failing, denied) => {
      const runs = seeds.map((seed) => run({ inFlight: 10, failing, seed }))
      expect(runs.filter((run) => run.denied > 0)).toHaveLength(denied * seeds.length)
    },
  )
})

interface Model {
  readonly inFlight: number
  readonly failing: number
  readonly seed: number
  /** Number of rounds until a retry starts. Its tokens are taken when it is scheduled. */
  readonly wait?: number
}

/** Runs rounds of up to `inFlight` requests: retries that are due first, then new items. */
function run({ inFlight, failing, seed, wait = 1 }: Model) {
  const random = seededRandom(seed)
  const budget = new RetryBudget()
  let fresh = 10_000
  let requests = 0
  let denied = 0
  let lowest = budget.level
  const retries: { due: number; attempt: number; cost: number }[] = []
  for (let round = 0; fresh > 0 || retries.length > 0; round++) {
    const calls: { attempt: number; cost: number }[] = []
    while (calls.length < inFlight && retries.length > 0 && retries[0]!.due <= round) calls.push(retries.shift()!)
    for (; calls.length < inFlight && fresh > 0; fresh--) calls.push({ attempt: 1, cost: 0 })
    for (const { attempt, cost } of calls) {
      requests++
      if (random() >= failing) {
        budget.onSuccess(cost)
      } else if (attempt < 5) {
        if (budget.mayRetry('transient')) {
          retries.push({ due: round + wait, attempt: attempt + 1, cost: budget.take('transient') })
        } else {
          denied++
        }
      }
      lowest = Math.min(lowest, budget.level)
    }
  }
  return { requests, lowest, denied }
}
