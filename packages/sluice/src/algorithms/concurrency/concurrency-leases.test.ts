import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConcurrencyLeases, dividePermits, turnLength } from './concurrency-leases.ts'

describe('places that many share', () => {
  it('never exceed the limit, whichever process asks when, and however full each is until its next request', () => {
    const asks = fc.array(
      fc.record({
        holder: fc.integer({ min: 0, max: 4 }),
        after: fc.nat(300),
        inFlight: fc.double({ min: 0, max: 1, noNaN: true }),
        wanted: fc.nat(30),
        looks: fc.nat(31),
      }),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), asks, (limit, given) => {
        const ledger = new ConcurrencyLeases(limit)
        const mine = Array.from({ length: 5 }, () => ({ granted: 0, places: 0, until: 0 }))
        let now = 0
        for (const { holder, after, inFlight, wanted, looks } of given) {
          now += after
          for (const [index, own] of mine.entries()) {
            const handed = (looks & (1 << index)) > 0 ? ledger.handed(now, `${index}`) : undefined
            if (handed === undefined) continue
            const granted = own.until > now ? own.granted : 0
            mine[index] = { granted, places: granted + handed.places, until: now + handed.validFor }
          }
          const before = mine[holder]!.until > now ? mine[holder]!.places : 0
          const wish = { inFlight: Math.floor(before * inFlight), holding: before, wanted }
          const granted = ledger.hold(now, `${holder}`, wish)
          mine[holder] = { granted, places: granted, until: now + 3_000 }
          const valid = mine.filter(({ until }) => until > now)
          expect(valid.reduce((sum, { places }) => sum + places, 0)).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('go to the processes that wait when they are released, to the one that has waited longest first', () => {
    const ledger = new ConcurrencyLeases(3)
    const hold = (now: number, name: string, holding: number, wanted: number): number =>
      ledger.hold(now, name, { inFlight: 0, holding, wanted })
    const handed = (now: number) => ['a', 'b', 'c'].map((name) => ledger.handed(now, name)?.places ?? 0)
    expect([hold(0, 'c', 0, 3), hold(1, 'b', 0, 2), hold(2, 'a', 0, 2)]).toEqual([3, 0, 0])
    expect(handed(5)).toEqual([0, 0, 0])
    hold(10, 'c', 1, 0)
    expect(handed(11)).toEqual([0, 2, 0])
    hold(20, 'c', 0, 0)
    expect(handed(21)).toEqual([1, 2, 0])
    expect(ledger.handed(21, 'b')?.validFor).toBe(1 + 3_000 - 21)
    expect([hold(30, 'b', 2, 2), hold(31, 'a', 1, 2)]).toEqual([2, 1])
    expect(handed(32)).toEqual([0, 0, 0])
    expect(handed(5_000)).toEqual([0, 0, 0])
  })

  it('are parted by need: the modest have all they want, the others the same', () => {
    expect(dividePermits(20, [1, 30, 3, 30])).toEqual({ share: 8, over: 0 })
    expect(dividePermits(20, [1, 30, 2, 30])).toEqual({ share: 8, over: 1 })
    expect(dividePermits(20, [5, 5, 5, 5])).toEqual({ share: Number.POSITIVE_INFINITY, over: 0 })
    expect(dividePermits(3, [])).toEqual({ share: Number.POSITIVE_INFINITY, over: 0 })
  })

  it('go round where there are fewer than processes', () => {
    const ledger = new ConcurrencyLeases(3)
    const had = [0, 0, 0, 0]
    const holding = [0, 0, 0, 0]
    for (let now = 0; now < 16 * turnLength; now += 100) {
      for (const index of holding.keys()) {
        holding[index] = ledger.hold(now + index, `${index}`, { inFlight: 0, holding: holding[index]!, wanted: 9 })
        had[index]! += holding[index]!
      }
    }
    const all = (3 * 16 * turnLength) / 100
    expect(had.reduce((sum, places) => sum + places, 0)).toBeGreaterThan(all * 0.9)
    for (const places of had) expect(places).toBeGreaterThan(all / 4 - 2 * (turnLength / 100))
  })

  it('stay with the process that has the only one, until its turn is over or it releases it', () => {
    const ledger = new ConcurrencyLeases(1)
    const ask = (now: number, name: string, holding: number, wanted = 1): number =>
      ledger.hold(now, name, { inFlight: 0, holding, wanted })
    expect(ask(0, 'b', 0)).toBe(1)
    expect([ask(10, 'a', 0), ask(20, 'c', 0)]).toEqual([0, 0])
    expect(ask(1_900, 'b', 1)).toBe(1)
    // Process a has waited longest.
    expect(ask(1_950, 'b', 0, 0)).toBe(0)
    expect([ask(1_960, 'c', 0), ask(1_970, 'a', 0)]).toEqual([0, 1])
    expect(ask(3_960, 'a', 1)).toBe(1)
    expect(ask(3_980, 'a', 1)).toBe(0)
    expect([ask(3_990, 'a', 0), ask(4_000, 'c', 0)]).toEqual([0, 1])
  })
})
