import { describe, expect, it } from 'vitest'
import { backoffDelay } from './retry-budget.ts'

const settings = { base: 500, cap: 30_000 }

describe('backoffDelay', () => {
  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [4, 4_000],
    [5, 8_000],
    [6, 16_000],
    [7, 30_000],
    [8, 30_000],
    [2_000, 30_000],
  ])('is at most this before retry %d: %d ms', (retry, longest) => {
    expect(backoffDelay(retry, settings, () => 1)).toBe(longest)
    expect(backoffDelay(retry, settings, () => 0.5)).toBe(longest / 2)
    expect(backoffDelay(retry, settings, () => 0)).toBe(0)
  })

  it('is nothing with a base of 0, however often', () => {
    expect(backoffDelay(2_000, { base: 0, cap: 30_000 }, () => 1)).toBe(0)
  })

  it('draws once for each delay', () => {
    let drawn = 0
    backoffDelay(3, settings, () => {
      drawn++
      return 0.25
    })
    expect(drawn).toBe(1)
  })
})
