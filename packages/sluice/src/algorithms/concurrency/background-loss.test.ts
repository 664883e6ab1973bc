import { describe, expect, it } from 'vitest'
import { BackgroundLoss } from './background-loss.ts'

describe('BackgroundLoss', () => {
  it('expects none before it has seen 50 requests under a low limit', () => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; request < 49; request++) background.add(0, 85, true)
    for (let request = 0; request < 200; request++) background.add(0, 86, true)
    expect(background.expected(100)).toBe(0)
    background.add(0, 85, true)
    expect(background.expected(100)).toBeGreaterThan(0)
  })

  it.each([
    [0, 0],
    [1, 1 + 2],
    [4, 4 + 2 * 2],
    [9, 9 + 2 * 3],
    // At most a tenth counts as background loss.
    [50, 10 + 2 * Math.sqrt(10)],
  ])('when %d of 100 were lost under a low limit, expects up to %d of 100 at any', (lost, expected) => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; request < 100; request++) background.add(0, 50, request < lost)
    expect(background.expected(100)).toBeCloseTo(expected, 9)
  })

  it('takes the lowest limit there is for low, and one that has stayed low for 18 epochs no longer', () => {
    const background = new BackgroundLoss(2)
    background.nextEpoch(10)
    for (let epoch = 0; epoch < 18; epoch++) background.nextEpoch(7)
    for (let request = 0; request < 100; request++) background.add(0, 7, true)
    expect(background.expected(100)).toBe(0)
    for (let request = 0; request < 100; request++) background.add(0, 2, true)
    expect(background.expected(100)).toBeGreaterThan(0)
  })

  it('forgets what it has not seen again for 30 s', () => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; request < 100; request++) background.add(0, 50, true)
    background.add(30_000, 100, false)
    expect(background.expected(100)).toBeGreaterThan(0)
    background.add(30_001, 100, false)
    expect(background.expected(100)).toBe(0)
  })
})
