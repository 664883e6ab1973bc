import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairPlaces, PlaceLedger } from './place-ledger.ts'

describe('places that many share', () => {
  it('never exceed the limit, whichever process asks when, and however full each is until its next request', () => {
    const asks = fc.array(
      fc.record({
        holder: fc.integer({ min: 0, max: 4 }),
        after: fc.nat(300),
        inFlight: fc.double({ min: 0, max: 1, noNaN: true }),
        wanted: fc.nat(30),
      }),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), asks, (limit, given) => {
        const ledger = new PlaceLedger(limit)
        const mine = Array.from({ length: 5 }, () => ({ places: 0, until: 0 }))
        let now = 0
        for (const { holder, after, inFlight, wanted } of given) {
          now += after
          const before = mine[holder]!.until > now ? mine[holder]!.places : 0
          const wish = { inFlight: Math.floor(before * inFlight), holding: before, wanted }
          mine[holder] = { places: ledger.hold(now, `${holder}`, wish), until: now + 3_000 }
          const valid = mine.filter(({ until }) => until > now)
          expect(valid.reduce((sum, { places }) => sum + places, 0)).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('are parted by need: the modest have all they want, the others the same', () => {
    expect(fairPlaces(20, [1, 30, 3, 30], 0)).toEqual([1, 8, 3, 8])
    expect(fairPlaces(20, [5, 5, 5, 5], 0)).toEqual([5, 5, 5, 5])
    expect(fairPlaces(3, [], 0)).toEqual([])
  })

  it('go round where there are fewer than processes', () => {
    const had = [0, 0, 0, 0]
    for (let turn = 0; turn < 4; turn++) {
      const given = fairPlaces(3, [9, 9, 9, 9], turn)
      expect(given.reduce((sum, places) => sum + places, 0)).toBe(3)
      for (const [index, places] of given.entries()) had[index]! += places
    }
    expect(had).toEqual([3, 3, 3, 3])
  })
})
