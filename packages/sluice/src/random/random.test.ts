import { describe, expect, it } from 'vitest'
import { seededRandom, soundRandom, systemRandom } from './random.ts'

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = seededRandom(42)
    const again = seededRandom(42)

    const numbers = Array.from({ length: 1_000 }, random)

    expect(Array.from({ length: 1_000 }, again)).toEqual(numbers)
    expect(numbers.slice(0, 3)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
  })

  it('gives other numbers for another seed', () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => seededRandom(seed)())
    expect(new Set(firsts).size).toBe(1_000)
  })

  it('stays from 0 (included) to 1 (excluded), roughly evenly spread', () => {
    const random = seededRandom(7)
    const tenths = new Array<number>(10).fill(0)
    let smallest = 1
    let largest = 0
    for (let drawn = 0; drawn < 100_000; drawn++) {
      const number = random()
      smallest = Math.min(smallest, number)
      largest = Math.max(largest, number)
      tenths[Math.floor(number * 10)]!++
    }

    expect(smallest).toBeGreaterThanOrEqual(0)
    expect(largest).toBeLessThan(1)
    // Four standard deviations of a fair die with ten sides.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(380)
  })
})

describe('systemRandom', () => {
  it('draws from 0 (included) to 1 (excluded), and not the same again and again', () => {
    const numbers = Array.from({ length: 100 }, systemRandom)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(new Set(numbers).size).toBeGreaterThan(90)
  })
})

describe('soundRandom', () => {
  it.each([
    [0, 0],
    [0.5, 0.5],
    [1, 1 - Number.EPSILON],
    [Number.POSITIVE_INFINITY, 1 - Number.EPSILON],
    [-3, 0],
  ])('keeps %d within its range, as %d', (number, expected) => {
    expect(soundRandom(() => number)()).toBe(expected)
  })

  it.each([
    ['NaN', () => Number.NaN],
    ['no number', () => 'half' as never],
    [
      'an error',
      () => {
        throw new Error('no chance')
      },
    ],
  ])('takes the machine’s own for %s', (_, random) => {
    const number = soundRandom(random)()
    expect(number >= 0 && number < 1).toBe(true)
  })
})
