import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../random/random.ts'
import { GrantedPermits, SourceClock } from './granted-permits.ts'
import type { Rate } from './rate.ts'
import { PermitLedger, sharedPace } from './shared-pace.ts'

/** One step of a process: it requests permits, or lets time pass and sends what is allowed. */
interface Step {
  readonly worker: number
  /** Milliseconds since the previous step. */
  readonly after: number
  readonly units: number
  /** Duration of the response in milliseconds; excessive for some. */
  readonly down: number
}

/** Sends of all processes, if each uses its permits at the earliest allowed time while it is awake. */
function sendsOf(rate: Rate, steps: readonly Step[]): number[] {
  const ledger = new PermitLedger(sharedPace(rate, 1))
  const offsets = [0, 5_000, -70_000, 123_456]
  const workers = offsets.map((offset) => {
    const clock = new SourceClock()
    // Each knows the source's clock from an earlier, fast exchange.
    clock.observe(offset, 1, offset + 2)
    return { offset, clock, permits: new GrantedPermits() }
  })
  const answers: { at: number; worker: number; deliver: (now: number) => void }[] = []
  const sends: number[] = []
  let now = 10
  for (const { worker: index, after, units, down } of steps) {
    now += after
    const worker = workers[index]!
    const local = now + worker.offset
    for (const answer of answers.filter(({ at, worker: of }) => at <= now && of === index)) {
      answers.splice(answers.indexOf(answer), 1)
      answer.deliver(local)
    }
    for (let sent = 0; sent < 10_000; sent++) {
      const at = worker.permits.earliest(local, 1)
      if (at === undefined || at > local) break
      worker.permits.take(local, 1)
      sends.push(now)
    }
    if (units === 0 || worker.permits.left(local) >= units) continue
    const granted = ledger.reserve(now, units)
    const grantedAt = now
    const deliver = (heardAt: number): void => {
      worker.clock.observe(local, grantedAt, heardAt)
      const { startsAt, gap, lasts } = granted
      const toLocal = (instant: number): number => worker.clock.toLocal(instant)
      worker.permits.add({ units, startsAt: toLocal(startsAt), gap, notBefore: toLocal(grantedAt), lasts })
    }
    answers.push({ at: now + down, worker: index, deliver })
  }
  return sends
}

function busiest(sends: readonly number[], window: number): number {
  let first = 0
  let most = 0
  for (const [last, at] of sends.entries()) {
    while (sends[first]! <= at - window) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

describe('a rate that many processes keep to together', () => {
  it('is in no window exceeded by more than the one on the edge: with late answers, processes that stop and continue, and any demand', () => {
    const steps = fc.array(
      fc.record({
        worker: fc.integer({ min: 0, max: 3 }),
        after: fc.oneof(
          { weight: 20, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
          { weight: 1, arbitrary: fc.double({ min: 0, max: 900, noNaN: true }) },
        ),
        units: fc.oneof(
          { weight: 3, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) },
        ),
        down: fc.oneof(
          { weight: 4, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
          { weight: 1, arbitrary: fc.double({ min: 2, max: 1_500, noNaN: true }) },
        ),
      }),
      { minLength: 300, maxLength: 3_000, size: 'max' },
    )
    fc.assert(
      fc.property(fc.constantFrom(10, 100, 1_000), steps, (count, given) => {
        expect(busiest(sendsOf({ count, per: 1_000 }, given), 1_000)).toBeLessThanOrEqual(count + 1)
      }),
      { numRuns: 150 },
    )
  })

  it('is nearly used up by those who always want more, and never exceeded, however late they are within their time', () => {
    fc.assert(
      fc.property(fc.constantFrom(100, 1_000), fc.integer(), (count, seed) => {
        const random = seededRandom(seed)
        const steps = Array.from({ length: 8_000 }, (_, index) => {
          // Occasionally all of them are late, and then all arrive at once.
          const after = index % 400 < 4 ? 2 : index % 400 < 8 ? 0 : random()
          return { worker: index % 4, after, units: count / 20, down: random() }
        })
        const sends = sendsOf({ count, per: 1_000 }, steps)
        expect(busiest(sends, 1_000)).toBeLessThanOrEqual(count + 1)
        expect(((sends.length - 1) * 1_000) / (sends.at(-1)! - sends[0]!)).toBeGreaterThan(count * 0.94)
      }),
      { numRuns: 20 },
    )
  })

  it('forfeits permits whose instant is past, however many there are', () => {
    const permits = new GrantedPermits()
    permits.add({ units: 10, startsAt: 0, gap: 10, notBefore: 0, lasts: 5 })
    expect(permits.earliest(36, 1)).toBe(40)
    expect(permits.left(36)).toBe(6)
    expect(permits.forfeited).toBe(4)
    expect(permits.earliest(1_000, 1)).toBeUndefined()
  })

  it('lets a call of weight leave at the instant of the first of its permits, and takes as many', () => {
    const permits = new GrantedPermits()
    permits.add({ units: 10, startsAt: 100, gap: 10, notBefore: 0, lasts: 5 })
    expect(permits.earliest(0, 4)).toBe(100)
    permits.take(100, 4)
    expect(permits.earliest(100, 1)).toBe(140)
    expect(permits.earliest(100, 7)).toBeUndefined()
  })

  it('gives a quota in no window more than once, whatever is used late', () => {
    const rate = { count: 100, per: 3_600_000 }
    fc.assert(
      fc.property(fc.array(fc.record({ after: fc.nat(400_000), units: fc.integer({ min: 1, max: 40 }) })), (asks) => {
        const ledger = new PermitLedger(sharedPace(rate, 1))
        const uses: number[] = []
        let now = 0
        for (const { after, units } of asks) {
          now += after
          const granted = ledger.reserve(now, units)
          // Half of them immediately, the others at the latest possible time.
          for (let unit = 0; unit < granted.units; unit++) uses.push(now + (unit % 2) * granted.lasts)
        }
        uses.sort((a, b) => a - b)
        expect(busiest(uses, rate.per)).toBeLessThanOrEqual(rate.count)
      }),
    )
  })
})

describe('the offset of a remote clock', () => {
  it('is known by the quickest exchange, halfway between request and response', () => {
    const clock = new SourceClock()
    clock.observe(0, 1_000, 40)
    expect(clock.toLocal(1_000)).toBe(20)
    clock.observe(100, 1_090, 102)
    expect(clock.toLocal(1_090)).toBe(101)
    clock.observe(200, 1_195, 900)
    expect(clock.toLocal(1_100)).toBe(111)
    expect(clock.doubt).toBe(2)
  })

  it('is that of a nearer source if the ways there and back are alike', () => {
    const [near, far] = [new SourceClock(), new SourceClock()]
    near.observe(99, 1_000, 101)
    far.observe(50, 1_000, 150)
    expect(far.toLocal(1_000)).toBe(near.toLocal(1_000))
  })

  it('is found anew after a while by a slower exchange, because clocks drift', () => {
    const clock = new SourceClock()
    clock.observe(0, 1_000, 2)
    clock.observe(20_000, 21_002, 20_008)
    expect(clock.toLocal(0)).toBe(-999)
    clock.observe(60_000, 61_002, 60_008)
    expect(clock.toLocal(0)).toBe(-998)
  })

  it('is known by more than the opening of a connection once a request was sent after a response', () => {
    const clock = new SourceClock()
    clock.observe(0, 1_000, 90)
    clock.observe(5, 1_050, 95)
    expect(clock.isFirst).toBe(true)
    clock.observe(90, 1_095, 100)
    expect(clock.isFirst).toBe(false)
  })

  it('is found anew when that clock was set back', () => {
    const clock = new SourceClock()
    clock.observe(0, 1_000, 2)
    clock.observe(100, 600, 102)
    expect(clock.toLocal(600)).toBe(101)
  })
})
