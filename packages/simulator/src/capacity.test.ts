import { describe, expect, it } from 'vitest'
import { Capacity } from './capacity.ts'

/** A capacity that records its starts. */
function observed(servers?: number, queue?: number) {
  const capacity = new Capacity(servers, queue)
  const started: number[] = []
  return { started, enter: (name: number) => capacity.enter(() => started.push(name)) }
}

describe('Capacity', () => {
  it('starts at once while a server is free, then in the order of arrival', () => {
    const { started, enter } = observed(2)
    const places = [1, 2, 3, 4].map(enter)
    expect(started).toEqual([1, 2])
    places[1]?.leave()
    expect(started).toEqual([1, 2, 3])
    places[0]?.leave()
    expect(started).toEqual([1, 2, 3, 4])
  })

  it('turns away whom the queue cannot hold', () => {
    const { enter } = observed(1, 1)
    expect([1, 2, 3].map((name) => enter(name) !== undefined)).toEqual([true, true, false])
  })

  it('passes over those who left while they waited, and gives their place in the queue away', () => {
    const { started, enter } = observed(1, 1)
    const [first, second] = [enter(1), enter(2)]
    second?.leave()
    second?.leave()
    expect(enter(3)).toBeDefined()
    first?.leave()
    expect(started).toEqual([1, 3])
  })

  it('counts a place that is left twice only once', () => {
    const { started, enter } = observed(1)
    const first = enter(1)
    enter(2)
    enter(3)
    first?.leave()
    first?.leave()
    expect(started).toEqual([1, 2])
  })

  it('does not pile up calls when work takes no time', () => {
    const capacity = new Capacity(1)
    const first = capacity.enter(() => {})
    let done = 0
    for (let index = 0; index < 50_000; index++) {
      const place = capacity.enter(() => {
        done++
        place?.leave()
      })
    }
    first?.leave()
    expect(done).toBe(50_000)
  })
})
