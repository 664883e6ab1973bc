import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BusiestWindow } from './busiest-window.ts'
import { ArrivalLog, Repeats } from './statistics.ts'

describe('BusiestWindow', () => {
  it('finds the same as counting every window by hand', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 }), (instants) => {
        instants.sort((a, b) => a - b)
        const busiest = new BusiestWindow(1_000)
        for (const at of instants) busiest.add(at)
        const byHand = instants.map((from) => instants.filter((at) => at >= from && at < from + 1_000).length)
        expect(busiest.largest).toBe(Math.max(...byHand))
      }),
    )
  })
})

describe('ArrivalLog', () => {
  it('keeps the last 100,000, oldest first', () => {
    const log = new ArrivalLog()
    for (let at = 0; at < 150_003; at++) log.add({ at, method: 'GET', path: '/' })
    const kept = log.list()
    expect(kept).toHaveLength(100_000)
    expect([kept[0]?.at, kept[1]?.at, kept.at(-1)?.at]).toEqual([50_003, 50_004, 150_002])
  })
})

describe('Repeats', () => {
  it('tells requests apart by method, path and key', () => {
    const repeats = new Repeats()
    expect(repeats.most).toBeNull()
    repeats.add('POST', '/orders', 'a')
    repeats.add('POST', '/orders', 'b')
    repeats.add('GET', '/orders', undefined)
    repeats.add('POST', '/orders', 'b')
    expect(repeats.most).toEqual({ times: 2, method: 'POST', path: '/orders', idempotencyKey: 'b' })
  })

  it('forgets the oldest beyond 100,000', () => {
    const repeats = new Repeats()
    for (let index = 0; index <= 100_000; index++) repeats.add('GET', `/${index}`, undefined)
    repeats.add('GET', '/0', undefined)
    expect(repeats.most?.times).toBe(1)
    repeats.add('GET', '/100000', undefined)
    expect(repeats.most).toEqual({ times: 2, method: 'GET', path: '/100000' })
  })
})
