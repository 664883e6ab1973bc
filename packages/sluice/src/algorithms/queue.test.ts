import { describe, expect, it } from 'vitest'
import { Queue } from './queue.ts'

describe('Queue', () => {
  it('gives first what came first, also when it is filled while it is emptied', () => {
    const queue = new Queue<number>()
    const given: (number | undefined)[] = []
    for (let round = 0; round < 10_000; round++) {
      for (let item = 0; item < 3; item++) queue.push(round * 3 + item)
      for (let taken = 0; taken < 2; taken++) {
        const first = queue.peek()
        given.push(queue.shift())
        expect(given.at(-1)).toBe(first)
      }
    }
    expect(queue.size).toBe(10_000)
    while (queue.size > 0) given.push(queue.shift())
    expect(given).toEqual(Array.from({ length: 30_000 }, (_, index) => index))
  })

  it('gives nothing when it is empty, and can be filled again', () => {
    const queue = new Queue<string>()
    expect([queue.peek(), queue.shift(), queue.size]).toEqual([undefined, undefined, 0])
    queue.push('a')
    expect([queue.shift(), queue.shift(), queue.size]).toEqual(['a', undefined, 0])
    queue.push('b')
    expect([queue.peek(), queue.size]).toEqual(['b', 1])
  })
})
