import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../random/random.ts'
import { Breaker, type BreakerChange, type BreakerOptions, type BreakerOutcome } from './breaker.ts'

/** Random source without jitter: the middle of the range. */
const middle = () => 0.5

describe('a closed Breaker', () => {
  it.each([
    ['10 failures in a row', 'FFFFFFFFFF', 'consecutive failures'],
    ['9 failures in a row', 'FFFFFFFFF', undefined],
    ['9 failures in a row, and one after a success', 'FFFFFFFFFSF', undefined],
    ['10 failures in a row with ignored ones between', 'FFFFFIIIFFFFF', 'consecutive failures'],
    ['10 failures among 20, one by one', 'SFSFSFSFSFSFSFSFSFSF', 'failure ratio'],
    ['9 failures among 20', 'SFSFSFSFSFSFSFSFSFSS', undefined],
    ['9 failures among 19, and ignored ones', 'SFSFSFSFSFSFSFSFSFSIIIII', undefined],
    ['100 ignored ones', 'I'.repeat(100), undefined],
  ])('after %s (%s) opens because of: %s', (_, outcomes, reason) => {
    const breaker = new Breaker({}, middle)
    const changes = settleAll(breaker, 0, outcomes)
    expect(changes).toEqual(reason === undefined ? [] : [{ from: 'closed', to: 'open', reason, until: 5_000 }])
    expect(breaker.state(0)).toBe(reason === undefined ? 'closed' : 'open')
  })

  it('forgets what is ten slices of a second old', () => {
    const breaker = new Breaker({}, middle)
    settleAll(breaker, 999, 'SFSFSFSFSFSFSFSFSF')
    expect(settleAll(breaker, 10_000, 'SF')).toEqual([])
    expect(settleAll(breaker, 10_999, 'SFSFSFSFSFSFSFSF')).toEqual([])
    expect(settleAll(breaker, 10_999, 'SF')).toHaveLength(1)
  })

  it('stays open for as long as Retry-After says, if that is longer', () => {
    const breaker = new Breaker({ consecutiveFailures: 2 }, middle)
    breaker.settle(0, breaker.take(0), 'failure', 30_000)
    expect(breaker.settle(1_000, breaker.take(0), 'failure', 100)).toMatchObject({ to: 'open', until: 30_000 })
  })
})

describe('an open Breaker', () => {
  it('lets nothing go until its time is over, then a probe', () => {
    const breaker = opened({})
    expect(breaker.ask(4_999)).toEqual({ kind: 'wait', until: 5_000 })
    expect(breaker.state(4_999)).toBe('open')
    expect(breaker.ask(5_000)).toEqual({ kind: 'go' })
    expect(breaker.state(5_000)).toBe('half-open')
  })

  it('is not changed by answers to calls that left before, and counts them', () => {
    const breaker = new Breaker({ consecutiveFailures: 1 }, middle)
    const [first, second, third] = [breaker.take(0), breaker.take(0), breaker.take(0)]
    breaker.settle(0, first, 'failure')
    expect(breaker.settle(1, second, 'success')).toBeUndefined()
    expect(breaker.settle(2, third, 'failure', 60_000)).toBeUndefined()
    expect(breaker.ask(3)).toEqual({ kind: 'wait', until: 5_000 })
    expect(breaker.lateAnswers).toBe(2)
  })

  it('waits twice as long each time its probe fails, up to a minute, and begins anew when it has been closed', () => {
    const breaker = opened({})
    const waits: number[] = []
    let now = 5_000
    for (let probing = 0; probing < 6; probing++) {
      const change = breaker.settle(now, breaker.take(now), 'failure')
      if (change?.to !== 'open') throw new Error('expected to open')
      expect(change).toMatchObject({ from: 'half-open', reason: 'probes failed' })
      waits.push(change.until - now)
      now = change.until
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000])

    breaker.settle(now, breaker.take(now), 'success')
    expect(settleAll(breaker, now, 'FFFFFFFFFF')).toMatchObject([{ until: now + 5_000 }])
  })

  it.each([
    [0, 4_000],
    [0.25, 4_500],
    [0.999_999, 5_999.998],
  ])('spreads its wait by 20 %% up and down: at a chance of %d it is %d ms', (chance, wait) => {
    const breaker = new Breaker({}, () => chance)
    const [change] = settleAll(breaker, 0, 'FFFFFFFFFF')
    expect((change as { until: number }).until).toBeCloseTo(wait, 6)
  })

  it('does not spread a Retry-After', () => {
    const breaker = opened({}, () => 0)
    expect(breaker.settle(5_000, breaker.take(5_000), 'failure', 90_000)).toMatchObject({ until: 95_000 })
  })
})

describe('a half-open Breaker', () => {
  it('has one probe out, and closes when it succeeds', () => {
    const breaker = opened({ probeTimeout: 7_000 })
    const probe = breaker.take(5_000)
    expect(breaker.ask(5_100)).toEqual({ kind: 'wait', rearmAt: 12_000 })
    expect(breaker.settle(5_200, probe, 'success')).toEqual({
      from: 'half-open',
      to: 'closed',
      reason: 'probes succeeded',
    })
    expect(breaker.ask(5_200)).toEqual({ kind: 'go' })
  })

  it.each([
    ['SSS', 'closed'],
    ['SSF', 'closed'],
    ['SFF', 'open'],
    ['FFS', 'open'],
    ['FFF', 'open'],
    ['SISF', 'closed'],
    ['FIIFS', 'open'],
  ])('with 3 probes decides after all of them: %s makes it %s', (outcomes, to) => {
    const breaker = opened({ probes: 3 })
    const changes = settleAll(breaker, 5_000, outcomes)
    expect(changes).toMatchObject([{ from: 'half-open', to }])
    expect(breaker.state(5_000)).toBe(to)
  })

  it('lets another probe go for one that was ignored', () => {
    const breaker = opened({})
    breaker.settle(5_000, breaker.take(5_000), 'ignored')
    expect(breaker.ask(5_000)).toEqual({ kind: 'go' })
  })

  it('lets another probe go for one that is lost, whose late answer then changes nothing', () => {
    const breaker = opened({ probeTimeout: 1_000 })
    const lost = breaker.take(5_000)
    expect(breaker.ask(5_999).kind).toBe('wait')
    expect(breaker.ask(6_000)).toEqual({ kind: 'go' })
    const probe = breaker.take(6_000)
    expect(breaker.settle(6_001, lost, 'failure')).toBeUndefined()
    expect(breaker.lateAnswers).toBe(1)
    expect(breaker.settle(6_002, probe, 'success')).toMatchObject({ to: 'closed' })
  })

  it('takes the response of a late probe that has not been replaced', () => {
    const breaker = opened({ probeTimeout: 1_000 })
    const probe = breaker.take(5_000)
    expect(breaker.settle(9_000, probe, 'success')).toMatchObject({ to: 'closed' })
  })

  it('is not changed by answers to calls that left while it was closed', () => {
    const breaker = new Breaker({ consecutiveFailures: 1 }, middle)
    const [first, second] = [breaker.take(0), breaker.take(0)]
    breaker.settle(0, first, 'failure')
    breaker.take(5_000)
    expect(breaker.settle(5_001, second, 'success')).toBeUndefined()
    expect(breaker.state(5_001)).toBe('half-open')
  })
})

describe('whatever happens', () => {
  const step = fc.record({
    pause: fc.oneof(fc.nat(100), fc.nat(8_000)),
    /** Index of the call to settle, or undefined to request another call. */
    which: fc.option(fc.nat(50), { nil: undefined }),
    outcome: fc.constantFrom<BreakerOutcome>('success', 'failure', 'failure', 'ignored'),
    retryAfter: fc.oneof(fc.constant(0), fc.nat(20_000)),
  })
  const options = fc.record({
    probes: fc.integer({ min: 1, max: 4 }),
    consecutiveFailures: fc.integer({ min: 1, max: 5 }),
    probeTimeout: fc.integer({ min: 1, max: 10_000 }),
  })

  it('a Breaker never has more probes out than it may, and goes only from state to state as in its graph', () => {
    const graph = { closed: ['open'], open: ['half-open'], 'half-open': ['open', 'closed'] }
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        options,
        fc.nat(),
        (steps, { probes, probeTimeout, ...rest }, seed) => {
          const breaker = new Breaker({ probes, probeTimeout, ...rest }, seededRandom(seed))
          let out: { generation: number; leftAt: number; isProbe: boolean }[] = []
          let now = 0
          let state = breaker.state(now)
          const observe = (): void => {
            const next = breaker.state(now)
            if (next !== state) expect(graph[state]).toContain(next)
            if (next !== state && state === 'half-open') out = out.map((call) => ({ ...call, isProbe: false }))
            state = next
          }
          for (const { pause, which, outcome, retryAfter } of steps) {
            now += pause
            observe()
            if (which === undefined || out.length === 0) {
              const answer = breaker.ask(now)
              if (answer.kind === 'wait' && answer.until !== undefined) expect(answer.until).toBeGreaterThan(now)
              if (answer.kind === 'go')
                out.push({ generation: breaker.take(now), leftAt: now, isProbe: state === 'half-open' })
            } else {
              const [call] = out.splice(which % out.length, 1)
              const change = breaker.settle(now, call!.generation, outcome, retryAfter)
              if (change !== undefined) expect([change.from, change.to]).toEqual([state, breaker.state(now)])
            }
            observe()
            const awaited = out.filter(({ isProbe, leftAt }) => isProbe && now - leftAt < probeTimeout)
            expect(awaited.length).toBeLessThanOrEqual(probes)
          }
        },
      ),
    )
  })
})

/** Runs one call after another: F fails, S succeeds, I is ignored. */
function settleAll(breaker: Breaker, now: number, outcomes: string): BreakerChange[] {
  const meaning = { F: 'failure', S: 'success', I: 'ignored' } as const
  return Array.from(outcomes, (letter) =>
    breaker.settle(now, breaker.take(now), meaning[letter as 'F' | 'S' | 'I']),
  ).filter((change) => change !== undefined)
}

/** Breaker that is open until 5,000, or slightly less or more with a random source. */
function opened(options: BreakerOptions, random = middle): Breaker {
  const breaker = new Breaker({ consecutiveFailures: 10, ...options }, random)
  settleAll(breaker, 0, 'FFFFFFFFFF')
  return breaker
}
