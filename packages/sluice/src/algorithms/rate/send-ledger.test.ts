import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SendLedger } from './send-ledger.ts'

interface Step {
  readonly pause: number
  readonly weight: number
}

const patterns = fc.record({
  limit: fc.integer({ min: 1, max: 20 }),
  window: fc.integer({ min: 1, max: 2_000 }),
  steps: fc.array(
    fc.record({
      pause: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3_000, noNaN: true })),
      weight: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 80 },
  ),
})

describe('SendLedger', () => {
  it('lets a window be filled at once, and then waits until the first of it has left the window', () => {
    const ledger = new SendLedger(3, 1_000)
    for (const at of [0, 10, 20]) {
      expect(ledger.earliest(at, 1)).toBe(at)
      ledger.add(at, 1)
    }

    expect(ledger.earliest(20, 1)).toBe(1_000)
    expect(ledger.earliest(999, 1)).toBe(1_000)
    expect(ledger.earliest(1_000, 1)).toBe(1_000)
    ledger.add(1_000, 1)
    expect(ledger.earliest(1_000, 1)).toBe(1_010)
  })

  it.each([
    [1, 300],
    [2, 1_000],
    [4, 1_000],
    [5, 1_000],
    [6, 1_100],
    [7, 1_200],
    [10, 1_200],
    [99, 1_200],
  ])('makes %d units wait until so many fit: at %d ms', (weight, expected) => {
    const ledger = new SendLedger(10, 1_000)
    ledger.add(0, 4)
    ledger.add(100, 1)
    ledger.add(200, 4)
    expect(ledger.earliest(300, weight)).toBe(expected)
  })

  it('lets more units than the limit leave, alone in their window', () => {
    const ledger = new SendLedger(5, 1_000)
    ledger.add(0, 1)
    expect(ledger.earliest(0, 50)).toBe(1_000)
    ledger.add(1_000, 50)

    expect(ledger.earliest(1_000, 1)).toBe(2_000)
    expect(ledger.earliest(2_000, 50)).toBe(2_000)
  })

  it('is empty when the window has passed over the last of what was sent', () => {
    const ledger = new SendLedger(5, 1_000)
    expect(ledger.isEmpty(0)).toBe(true)
    ledger.add(0, 1)
    ledger.add(500, 1)
    expect([ledger.isEmpty(500), ledger.isEmpty(1_499), ledger.isEmpty(1_500)]).toEqual([false, false, true])
  })

  it('adds up fractions without losing the last one that fits', () => {
    const ledger = new SendLedger(1, 1_000)
    for (let sent = 0; sent < 10; sent++) {
      expect(ledger.earliest(0, 0.1)).toBe(0)
      ledger.add(0, 0.1)
    }
    expect(ledger.earliest(0, 0.1)).toBe(1_000)
  })

  it('never has more than the limit in any window, whatever is asked when', () => {
    fc.assert(
      fc.property(patterns, ({ limit, window, steps }) => {
        const sent = run(new SendLedger(limit, window), steps, limit)
        for (const { at } of sent) {
          const within = sent.filter((other) => other.at >= at && other.at < at + window)
          expect(within.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('lets each call leave at the first moment at which the window is not too full', () => {
    fc.assert(
      fc.property(patterns, ({ limit, window, steps }) => {
        const sent = run(new SendLedger(limit, window), steps, limit)
        for (const [index, { at, weight, askedAt }] of sent.entries()) {
          if (at === askedAt) continue
          const before = sent.slice(0, index).filter((other) => other.at + window >= at)
          expect(before.reduce((sum, other) => sum + other.weight, weight)).toBeGreaterThan(limit)
        }
      }),
    )
  })

  it('never has more than the limit in a window when it keeps what is sent close together as one', () => {
    const ledger = new SendLedger(30_000, 1_000)
    const sent: number[] = []
    let now = 0
    for (let index = 0; index < 90_000; index++) {
      now = ledger.earliest(now + 0.005, 1)
      ledger.add(now, 1)
      sent.push(now)
    }
    for (let index = 30_000; index < sent.length; index++) {
      expect(sent[index]! - sent[index - 30_000]!).toBeGreaterThanOrEqual(1_000 - 1e-6)
    }
    // At most a ten-thousandth of each window is lost.
    expect(now).toBeLessThan(2_000 + 30_000 * 0.005 + 1)
  })

  it('stays exact over fifty thousand sends, though it forgets in batches', () => {
    const ledger = new SendLedger(3_000, 1_000)
    const weightOf = (index: number): number => 1 + (index % 3)
    let now = 0
    let oldest = 0
    let units = 0
    const times: number[] = []
    for (let index = 0; index < 50_000; index++) {
      now = ledger.earliest(now + 0.1, weightOf(index))
      ledger.add(now, weightOf(index))
      times.push(now)
      units += weightOf(index)
      for (; times[oldest]! + 1_000 <= now; oldest++) units -= weightOf(oldest)
      if (units > 3_000) throw new Error(`${units} units in a window at send ${index}`)
    }
    // A hundred thousand units at 3,000 a second, sent in the first 150 ms of each second.
    expect(now).toBeCloseTo(33_000 + 50, 0)
  })
})

function run(ledger: SendLedger, steps: readonly Step[], limit: number) {
  const sent: { at: number; weight: number; askedAt: number }[] = []
  let now = 0
  for (const { pause, weight } of steps) {
    const askedAt = now + pause
    now = ledger.earliest(askedAt, weight)
    expect(ledger.earliest(now, weight)).toBe(now)
    ledger.add(now, weight)
    sent.push({ at: now, weight: Math.min(weight, limit), askedAt })
  }
  return sent
}
