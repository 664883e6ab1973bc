import { describe, expect, it } from 'vitest'
import { BackgroundLoss } from './background-loss.ts'

describe('BackgroundLoss', () => {
  it('is known after 20 requests under a low limit', () => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; request < 19; request++) background.add(0, 85, 0, true)
    for (let request = 0; request < 200; request++) background.add(0, 86, 0, true)
    expect(background.isKnown).toBe(false)
    background.add(0, 85, 0, true)
    expect(background.isKnown).toBe(true)
  })

  it.each([
    // One lost request of 20 is assumed at first.
    [0, 0.05],
    [1, (1 + 1) / 120],
    [4, (4 + 1) / 120],
    [9, (9 + 1) / 120],
    // At most a tenth counts as background loss.
    [50, 0.1],
  ])('when %d of 100 were lost under a low limit, expects a share of up to %d of later ones at any', (lost, share) => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; lost > 0 && request < 100; request++) background.add(0, 50, 0, request < lost)
    expect(background.expected(100)).toBeCloseTo(100 * share + 2 * Math.sqrt(100 * share), 9)
  })

  it('takes the lowest limit there is for low, and one that has stayed low for 18 epochs no longer', () => {
    const background = new BackgroundLoss(2)
    background.nextEpoch(10)
    for (let epoch = 0; epoch < 18; epoch++) background.nextEpoch(7)
    for (let request = 0; request < 100; request++) background.add(0, 7, 0, true)
    expect(background.isKnown).toBe(false)
    for (let request = 0; request < 100; request++) background.add(0, 2, 0, true)
    expect(background.isKnown).toBe(true)
  })

  it('forgets what it has not seen again for 30 s', () => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(100)
    for (let request = 0; request < 100; request++) background.add(0, 50, 0, true)
    background.add(30_000, 100, 0, false)
    expect(background.isKnown).toBe(true)
    background.add(30_001, 100, 0, false)
    expect(background.isKnown).toBe(false)
  })

  it.each([
    ['ends a doubt when 20 requests under the lower limit do not show that the losses were unusual', 1, true],
    ['confirms a doubt when so many are lost under the higher limit only', 8, false],
  ])('%s', (_, lost, ends) => {
    const background = new BackgroundLoss(1)
    background.nextEpoch(32)
    background.doubt({ losses: 1, count: 20 })
    background.cut(1_000, 100)
    for (let request = 1; request < 12; request++) background.add(1_050, 22, 999, request < lost)
    // Sent before the cut has shown: not counted.
    for (let request = 0; request < 50; request++) background.add(1_150, 22, 1_099, false)
    for (let request = 0; request < 19; request++) background.add(1_300, 22, 1_100, false)
    expect(background.endsDoubt()).toBe(false)
    background.add(1_300, 22, 1_100, false)
    expect(background.endsDoubt()).toBe(ends)
    expect(background.endsDoubt()).toBe(false)
  })
})
