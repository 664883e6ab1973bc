import { describe, expect, it } from 'vitest'
import { SendHistory } from './send-history.ts'

function sentAt(...times: number[]): SendHistory {
  const sends = new SendHistory()
  for (const at of times) sends.add(at, 1)
  return sends
}

describe('own sends', () => {
  it('sums what was sent after one moment, until and with another', () => {
    const sends = sentAt(0, 10, 10, 20, 30)

    expect(sends.between(0, 20)).toBe(3)
    expect(sends.between(10, 10)).toBe(0)
    expect(sends.between(-1, 30)).toBe(5)
  })

  it('finds when no more than a given sum is within a span', () => {
    const sends = sentAt(0, 10, 10, 20, 30)

    expect(sends.whenNoMoreThan(5, 100, 40)).toBe(40)
    expect(sends.whenNoMoreThan(4, 100, 40)).toBe(100)
    expect(sends.whenNoMoreThan(3, 100, 40)).toBe(110)
    expect(sends.whenNoMoreThan(0, 100, 40)).toBe(130)
    expect(sends.whenNoMoreThan(0, 5, 40)).toBe(40)
  })

  it('takes back what was refused, and nothing that was not sent', () => {
    const sends = sentAt(0, 10, 20)
    sends.takeBack(10, 1)
    sends.takeBack(15, 1)

    expect(sends.between(-1, 10)).toBe(1)
    expect(sends.between(-1, 20)).toBe(2)
  })

  it('forgets the oldest of very many, and continues counting', () => {
    const sends = sentAt(...Array.from({ length: 20_001 }, (_, index) => index))

    expect(sends.between(20_000 - 10, 20_000)).toBe(10)
    expect(sends.between(-1, 20_000)).toBe(10_000)
  })
})
