import { describe, expect, it } from 'vitest'
import { chooseTurns, type TurnOfRun } from './turns.ts'

function run(id: number, rest: Partial<TurnOfRun> = {}): TurnOfRun {
  return { id, priority: 0, isReady: true, since: undefined, until: undefined, ...rest }
}

describe('The runs of a worker', () => {
  it('are those that can go now', () => {
    expect(chooseTurns([run(1, { isReady: false }), run(2)], 5, 0)).toEqual({ begin: [2], leave: [] })
  })

  it('begin by priority, then those that waited longest', () => {
    const runs = [run(1, { until: 9 }), run(2, { until: 3 }), run(3), run(4, { priority: 1, until: 10 })]
    expect(chooseTurns(runs, 3, 20).begin).toEqual([4, 3, 2])
  })

  it('stay while no other waits', () => {
    expect(chooseTurns([run(1, { since: 0, isReady: false }), run(2, { since: 0 })], 2, 1e6).leave).toEqual([])
  })

  it('leave after 5 s for others of the same priority, the longest first', () => {
    const runs = [run(1, { since: 100 }), run(2, { since: 0 }), run(3)]
    expect(chooseTurns(runs, 2, 4_999)).toEqual({ begin: [], leave: [] })
    expect(chooseTurns(runs, 2, 5_000)).toEqual({ begin: [], leave: [2] })
  })

  it('leave at once for a higher priority, and never for a lower one', () => {
    const low = run(1, { since: 0 })
    const high = run(2, { priority: 3 })
    expect(chooseTurns([low, high], 1, 1).leave).toEqual([1])
    expect(chooseTurns([{ ...high, since: 0 }, run(1)], 1, 1e6).leave).toEqual([])
  })

  it('each get their turn, however many there are', () => {
    const last = new Map<number, number>()
    const since = new Map<number, number>()
    for (let now = 0; now < 300_000; now += 1_000) {
      const runs = Array.from({ length: 50 }, (_, id) => run(id, { since: since.get(id), until: last.get(id) }))
      const { begin, leave } = chooseTurns(runs, 3, now)
      for (const id of leave) {
        since.delete(id)
        last.set(id, now)
      }
      for (const id of begin) since.set(id, now)
    }
    expect(last.size).toBe(50)
  })
})
