import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Heap } from './heap.ts'

const manyNumbers = fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 200, size: 'max' })
const smallestFirst = (a: number, b: number): boolean => a < b
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b)

function heapOf(numbers: readonly number[]): Heap<number> {
  const heap = new Heap(smallestFirst)
  for (const number of numbers) heap.push(number)
  return heap
}

function popAll(heap: Heap<number>): number[] {
  const popped: number[] = []
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) popped.push(item)
  return popped
}

describe('Heap', () => {
  it('has nothing to give when empty', () => {
    const heap = heapOf([])
    expect([heap.size, heap.peek(), heap.pop(), heap.size]).toEqual([0, undefined, undefined, 0])
  })

  it('leaves the smallest in place when it is only looked at', () => {
    const heap = heapOf([3, 1, 2])
    expect([heap.peek(), heap.peek(), heap.size]).toEqual([1, 1, 3])
  })

  it('gives everything back in order, equals included', () => {
    fc.assert(
      fc.property(manyNumbers, (numbers) => {
        expect(popAll(heapOf(numbers))).toEqual(sorted(numbers))
      }),
    )
  })

  it('gives the smallest of what is in it, however pushing and popping alternate', () => {
    const steps = fc.array(fc.oneof(fc.integer(), fc.constant('pop' as const)), { maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(steps, (sequence) => {
        const heap = heapOf([])
        let model: number[] = []
        for (const step of sequence) {
          if (step === 'pop') {
            expect(heap.pop()).toBe(model[0])
            model = model.slice(1)
          } else {
            heap.push(step)
            model = sorted([...model, step])
          }
          expect([heap.size, heap.peek()]).toEqual([model.length, model[0]])
        }
      }),
    )
  })

  it('compares only what is in it', () => {
    const heap = new Heap<{ readonly dueAt: number }>((a, b) => a.dueAt < b.dueAt)
    for (const dueAt of [5, 3, 4, 1, 2]) heap.push({ dueAt })
    expect(Array.from({ length: 5 }, () => heap.pop()?.dueAt)).toEqual([1, 2, 3, 4, 5])
  })

  it('retains what is wanted, still in order', () => {
    fc.assert(
      fc.property(manyNumbers, (numbers) => {
        const heap = heapOf(numbers)
        const isEven = (number: number): boolean => number % 2 === 0

        heap.retain(isEven)

        expect(heap.size).toBe(numbers.filter(isEven).length)
        expect(popAll(heap)).toEqual(sorted(numbers.filter(isEven)))
      }),
    )
  })
})
