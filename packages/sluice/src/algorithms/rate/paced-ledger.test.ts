import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PacedLedger } from './paced-ledger.ts'
import { parseRate } from './rate.ts'

describe('PacedLedger', () => {
  it('sends evenly, 0.2 % slower than the rate', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 })
    ledger.take(0, 1)
    // The next send may be slightly early: 100.2 ms minus the 10 ms by which a timer may fire late.
    expect(ledger.earliest(0, 1)).toBeCloseTo(90.2)
    ledger.take(90.2, 1)
    expect(ledger.earliest(90.2, 1)).toBeCloseTo(190.4)
    ledger.take(190.4, 1)
    expect(ledger.earliest(190.4, 1)).toBeCloseTo(290.6)
  })

  it('makes up for timers that ring up to 10 ms late', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 })
    for (let sent = 0; sent < 9; sent++) ledger.take(sent * 100.2 + 8, 1)
    expect(ledger.earliest(809.6, 1)).toBeCloseTo(899.8)
  })

  it('lets a window pass from the latest moment at which a request may have arrived', () => {
    const ledger = new PacedLedger({ count: 2, per: 1_000 })
    const answer = (at: number, roundTrip: number) => {
      const sent = ledger.take(at, 1)
      ledger.answered(sent, roundTrip)
    }
    for (let at = 0; at < 100_000; at += 2_000) answer(at, 40)
    answer(100_000, 70)
    answer(100_501, 40)
    // 30 ms longer than the others, plus the uncertainty of 51 samples: 50/51 + 4 x ((10 + 30)/51)/sqrt(51).
    expect(ledger.earliest(100_501, 1)).toBeCloseTo(101_030 + 0.98 + 0.439)
  })

  it('knows nothing of a request that is not answered, and counts on what is usual', () => {
    const ledger = new PacedLedger({ count: 1, per: 1_000 })
    ledger.take(0, 1)
    expect(ledger.earliest(0, 1)).toBe(1_010)
  })

  it('keeps strict gaps from the latest arrival on: 50 ms late at most, until it is known', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 }, true)
    const first = ledger.take(0, 1)
    expect(ledger.earliest(0, 1)).toBeCloseTo(100.2 + 1 + 50)
    ledger.answered(first, 20)
    expect(ledger.earliest(20, 1)).toBeCloseTo(100.2 + 1 + 50)
    let last = first
    for (let at = 1_000; at < 100_000; at += 1_000) {
      last = ledger.take(at, 1)
      ledger.answered(last, 20)
    }
    // The hundredth sample: 50/100 + 4 x (10/100)/10 ms more than none.
    expect(ledger.earliest(99_000, 1)).toBeCloseTo(99_000 + 101.2 + 0.54)
  })

  it('does not make up for a pause: a window after it holds no more than any other', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 })
    ledger.take(0, 1)
    const times = sendAll(ledger, 60_000, 11)
    expect(times.slice(0, 3)).toEqual([60_000, 60_090.2, 60_190.399999999994])
    expect(times[10]! - times[0]!).toBeGreaterThanOrEqual(1_010)
  })

  it('lets more units than the quota leave alone in their window', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 })
    expect(ledger.earliest(0, 25)).toBe(0)
    ledger.take(0, 25)
    expect(ledger.earliest(0, 1)).toBe(1_010)
  })

  it('waits before a large one as long as it takes of the pace, so that a window full of small ones has room for it', () => {
    const ledger = new PacedLedger({ count: 100, per: 10_000 })
    const small = sendAll(ledger, 0, 100).at(-1)!
    const large = ledger.earliest(small, 50)
    // Half a window of pace, and no more for the ledger.
    expect(large - small).toBeCloseTo(5_010, 0)
    ledger.take(large, 50)
    expect(ledger.earliest(large, 1) - large).toBeCloseTo(100.2, 5)
  })

  it('releases at once what was reserved in vain, and takes what was not enough from those that follow', () => {
    const ledger = new PacedLedger({ count: 100, per: 10_000 })
    const first = ledger.take(0, 100)
    expect(ledger.earliest(0, 10)).toBe(10_010)
    ledger.correct(first, -80)
    // 10 of its pace belong to the next send itself, and 80 were released.
    expect(ledger.earliest(1_000, 10)).toBe(1_000)
    const second = ledger.take(1_000, 10)
    ledger.correct(second, 60)
    expect(ledger.earliest(1_000, 10)).toBe(1_000)
    ledger.take(1_000, 10)
    expect(ledger.earliest(1_000, 1)).toBe(10_010)
  })

  it('is like a new one when the window is empty', () => {
    const ledger = new PacedLedger({ count: 10, per: 1_000 })
    expect(ledger.isFresh(0)).toBe(true)
    ledger.take(0, 1)
    expect([ledger.isFresh(1_009), ledger.isFresh(1_010)]).toEqual([false, true])
  })

  it.each(['50/s', '10/s', '100/min', '5/15s', '1/s', '1000/s', '0.5/s'])(
    'uses at least 0.989 of %s when it is asked whenever something may go',
    (text) => {
      const rate = parseRate('rate', text)
      const sends = Math.max(600, rate.count * 3)
      const last = sendAll(new PacedLedger(rate), 0, sends).at(-1)!
      expect((sends - 1) / (last * (rate.count / rate.per))).toBeGreaterThanOrEqual(0.989)
    },
  )

  it('keeps the even gap with more than 100,000 units in a window', () => {
    const ledger = new PacedLedger({ count: 600_000, per: 60_000 })
    const last = sendAll(ledger, 0, 6_001).at(-1)!
    expect(last).toBeGreaterThan(595)
    expect(last).toBeLessThan(601)
  })

  it.each(['2.5/s', '1.5/s', '7.5/s', '0.1/s', '3.33/s'])(
    'uses at least 0.989 of %s, in windows of whole units',
    (text) => {
      const rate = parseRate('rate', text)
      const last = sendAll(new PacedLedger(rate), 0, 2_001).at(-1)!
      expect(2_000 / (last * (rate.count / rate.per))).toBeGreaterThanOrEqual(0.989)
    },
  )

  it.each([100, 1_000, 2_000, 5_000, 10_000])(
    'reaches %d/s with timers that ring 1.1 ms after they are set',
    (count) => {
      const ledger = new PacedLedger({ count, per: 1_000 })
      let sent = 0
      let now = 0
      while (now < 10_000) {
        for (; ledger.earliest(now, 1) <= now; sent++) ledger.take(now, 1)
        now += Math.max(1, Math.ceil(ledger.earliest(now, 1) - now)) + 0.1
      }
      expect(sent / 10).toBeGreaterThan(count * 0.98)
      expect(sent / 10).toBeLessThanOrEqual(count)
    },
  )

  it('keeps a quota of 200,000 tokens a minute exactly, in pieces of any size', () => {
    const ledger = new PacedLedger({ count: 200_000, per: 60_000 })
    const weights = [40, 3_000, 8_000, 100]
    const steps = Array.from({ length: 400 }, (_, index) => ({ pause: 0, weight: weights[index % 4]! }))
    const sent = run(ledger, steps, 200_000)
    expect(Math.max(...sent.map(({ at }) => unitsWithin(sent, at, 60_000)))).toBeLessThanOrEqual(200_000)
  })

  it('never has more than the quota in any window, wherever the window begins, whatever is asked when', () => {
    fc.assert(
      fc.property(patterns, fc.double({ min: 0, max: 1, noNaN: true }), ({ count, per, steps }, shift) => {
        const sent = run(new PacedLedger({ count, per }), steps, count)
        for (const { at } of sent) {
          // Shifted windows: with an end just after a send, as well as with a start at one.
          for (const from of [at, at - per * shift, at - per + 1e-6]) {
            expect(unitsWithin(sent, from, per)).toBeLessThanOrEqual(count + 1e-9)
          }
        }
      }),
    )
  })

  it('answers later for later questions and greater weights, and asking changes nothing', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 30 }))
    fc.assert(
      fc.property(patterns, weights, ({ count, per, steps }, asked) => {
        const ledger = new PacedLedger({ count, per })
        const untouched = new PacedLedger({ count, per })
        const now = run(ledger, steps, count).at(-1)?.at ?? 0
        run(untouched, steps, count)
        for (const [index, weight] of asked.entries()) {
          const at = now + (index * per) / 10
          const answer = ledger.earliest(at, weight)
          expect(answer).toBeGreaterThanOrEqual(at)
          expect(ledger.earliest(at, weight + 1)).toBeGreaterThanOrEqual(answer)
          expect(ledger.earliest(at, weight)).toBe(answer)
        }
        const later = now + asked.length * per
        expect(ledger.earliest(later, 1)).toBe(untouched.earliest(later, 1))
      }),
    )
  })
})

const patterns = fc.record({
  count: fc.integer({ min: 1, max: 25 }),
  per: fc.constantFrom(100, 1_000, 15_000),
  steps: fc.array(
    fc.record({
      pause: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 0, max: 20_000 })),
      weight: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 30 })),
    }),
    { maxLength: 60 },
  ),
})

interface Sent {
  readonly at: number
  readonly weight: number
}

/** Sends each as early as allowed. Weights above the quota count as the quota: they cannot be split. */
function run(ledger: PacedLedger, steps: readonly { pause: number; weight: number }[], count: number): Sent[] {
  let now = 0
  return steps.map(({ pause, weight }) => {
    now = ledger.earliest(now + pause, weight)
    expect(ledger.earliest(now, weight)).toBe(now)
    ledger.take(now, weight)
    return { at: now, weight: Math.min(weight, count) }
  })
}

function unitsWithin(sent: readonly Sent[], from: number, length: number): number {
  let units = 0
  for (const { at, weight } of sent) if (at >= from && at < from + length) units += weight
  return units
}

function sendAll(ledger: PacedLedger, start: number, count: number): number[] {
  let now = start
  return Array.from({ length: count }, () => {
    now = ledger.earliest(now, 1)
    ledger.take(now, 1)
    return now
  })
}
