import type { WriteStream } from 'node:tty'
import { describe, expect, it } from 'vitest'
import { Repaint } from './repaint.ts'

describe('lines that are painted over', () => {
  function terminal(columns: number, rows: number) {
    const written: string[] = []
    const stream = { columns, rows, write: (text: string) => written.push(text) }
    return { written, stream, screen: new Repaint(stream as unknown as WriteStream, false) }
  }

  it('take the place of those before, and are written only when they differ', () => {
    const { screen, written } = terminal(80, 24)
    screen.show(['one', 'two'])
    screen.show(['three'])
    screen.show(['three'])
    screen.clear()
    screen.clear()
    expect(written).toEqual([
      'one\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[2A\rthree\u001b[K\n\u001b[J',
      '\u001b[1A\r\u001b[J',
    ])
  })

  it('are never wider nor higher than the terminal, which would leave lines behind', () => {
    const { screen, written } = terminal(30, 4)
    screen.show(['x'.repeat(50), '2', '3', '4', '5'])
    expect(written[0]!.split('\n').slice(0, -1)).toHaveLength(3)
    expect(written[0]).toMatch(/^x{28}…/)
  })

  it('are found again after the terminal became narrower and has broken them', () => {
    const { screen, stream, written } = terminal(80, 24)
    screen.show(['x'.repeat(75), 'short'])
    stream.columns = 40
    screen.show(['y'])
    expect(written[1]).toBe('\u001b[3A\ry\u001b[K\n\u001b[J')
  })
})
