import { parseRate } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { chunkSizeFor } from './share-input.ts'

describe('the size of a chunk', () => {
  it.each([
    [[], 200],
    [['100/s'], 200],
    [['10/s'], 75],
    [['1/s'], 8],
    [['1/min'], 1],
    [['100/s', '60/min'], 8],
  ])('for the rates %j is %i items, which four workers have done in half a minute', (rates, size) => {
    const parsed = rates.map((rate) => parseRate('rate', rate))
    expect(chunkSizeFor(parsed, undefined)).toBe(size)
  })

  it('lets a quota of a day be spent at once', () => {
    expect(chunkSizeFor([parseRate('rate', '400/day')], undefined)).toBe(100)
  })

  it('leaves something for many workers of a run of known length', () => {
    expect(chunkSizeFor([], 320)).toBe(20)
    expect(chunkSizeFor([], 5)).toBe(1)
    expect(chunkSizeFor([], 1_000_000)).toBe(200)
  })
})
