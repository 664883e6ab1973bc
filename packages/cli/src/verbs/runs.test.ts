import { describe, expect, it } from 'vitest'
import { watch } from './runs.ts'

function watching(states: readonly number[], stopAfter = Number.POSITIVE_INFINITY) {
  const stop = new AbortController()
  const shown: number[] = []
  let slept = 0
  const end = watch({
    look: async () => states[shown.length]!,
    isOver: (state) => state === 0,
    show: (state) => shown.push(state),
    async sleep() {
      if (++slept >= stopAfter) stop.abort()
    },
    signal: stop.signal,
  })
  return { end, shown }
}

describe('watching', () => {
  it('shows each state until it is over', async () => {
    const { end, shown } = watching([3, 2, 0, 9])
    expect(await end).toBe(true)
    expect(shown).toEqual([3, 2, 0])
  })

  it('ends when it is stopped', async () => {
    const { end, shown } = watching([3, 2, 1, 0], 2)
    expect(await end).toBe(false)
    expect(shown).toEqual([3, 2])
  })
})
