import type { WriteStream } from 'node:tty'
import { describe, expect, it } from 'vitest'
import { Repaint } from '../terminal/progress.ts'
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

describe('what is painted over', () => {
  function terminal(columns: number, rows: number) {
    const written: string[] = []
    const stream = { columns, rows, write: (text: string) => written.push(text) } as unknown as WriteStream
    return { written, screen: new Repaint(stream) }
  }

  it('takes the place of what was there, line by line', () => {
    const { screen, written } = terminal(80, 24)
    screen.show('one\ntwo\n')
    screen.show('three\n')
    expect(written).toEqual(['one\u001b[K\ntwo\u001b[K\n\u001b[J', '\u001b[2A\rthree\u001b[K\n\u001b[J'])
  })

  it('is never wider nor higher than the terminal, which would leave lines behind', () => {
    const { screen, written } = terminal(30, 4)
    screen.show(`${'x'.repeat(50)}\n2\n3\n4\n5\n`)
    expect(written[0]!.split('\n').slice(0, -1)).toHaveLength(3)
    expect(written[0]).toMatch(/^x{28}…/)
  })
})
