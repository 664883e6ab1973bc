import { describe, expect, it } from 'vitest'
import { type Random, seededRandom } from '../../random/random.ts'
import { NetworkJitter } from './network-jitter.ts'

/** Delay of 20 ms, plus a random part around 5 ms. */
function wayOf(random: Random): { readonly late: number; readonly took: number } {
  const late = Math.min(50, -5 * Math.log(1 - random()))
  return { late, took: 20 + late }
}

describe('the variation of the way', () => {
  it.each([
    [100, 1, 5],
    [1_000, 10, 50],
    [60_000, 10, 600],
    [86_400_000, 10, 1_000],
  ])(
    'of requests counted in %d ms is the usual %d ms, or at most %d, while nothing is measured',
    (window, usual, most) => {
      const way = new NetworkJitter(window)
      expect([way.expect('usual'), way.expect('most')]).toEqual([usual, most])
    },
  )

  it('is an upper bound for each that is answered, but for one in a thousand', () => {
    const random = seededRandom(1)
    let exceeded = 0
    for (let run = 0; run < 100; run++) {
      const way = new NetworkJitter(1_000)
      for (let sent = 0; sent < 500; sent++) {
        const there = wayOf(random)
        if (way.measure(there.took + 10 + wayOf(random).took) < there.late) exceeded++
      }
    }
    expect(exceeded).toBeLessThan(50)
  })

  it('costs a twentieth of a short window at most, however long answers take', () => {
    const way = new NetworkJitter(1_000)
    for (const roundTrip of [100, 5_000, 30_000]) expect(way.measure(roundTrip)).toBe(50)
    expect(way.expect('usual')).toBe(50)
  })

  it('is as much more as a request is known to have been late, but no more than it took longer than the shortest', () => {
    const way = new NetworkJitter(1_000)
    expect(way.measure(260, 150)).toBe(150)
    for (let sent = 0; sent < 500; sent++) way.measure(110, 10)
    expect(way.measure(310, 200)).toBeCloseTo(200, 0)
    expect(way.measure(110, 100)).toBeLessThan(2)
  })

  it('is five times what round trips took longer than the shortest, for one of which nothing is known yet', () => {
    const way = new NetworkJitter(1_000)
    for (let round = 0; round < 500; round++) {
      way.measure(60)
      way.measure(64)
    }
    expect(way.expect('most')).toBeCloseTo(5 * (2 + 0.01 - 0.05), 0)
  })

  it('forgets the shortest way when the route has become longer', () => {
    const way = new NetworkJitter(1_000)
    for (let sent = 0; sent < 1_000; sent++) way.measure(20)
    expect(way.measure(200)).toBe(50)
    for (let sent = 0; sent < 2_000; sent++) way.measure(200)
    expect(way.measure(200)).toBeLessThan(1)
  })
})
