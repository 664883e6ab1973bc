import { describe, expect, it } from 'vitest'
import { BodyBuffer } from './answer.ts'

describe('BodyBuffer', () => {
  it('is empty at first', () => {
    const body = new BodyBuffer()
    expect([body.size, body.take().byteLength]).toEqual([0, 0])
  })

  it('does not copy a body that comes in one chunk', () => {
    const body = new BodyBuffer()
    const chunk = Buffer.from('all of it')
    body.add(chunk)
    expect(body.take()).toBe(chunk)
  })

  it('joins chunks in their order, whatever the content-length', () => {
    for (const announced of [Number.NaN, 0, 3, 11, 1e12]) {
      const body = new BodyBuffer()
      for (const text of ['hel', '', 'lo ', 'wor', 'ld']) body.add(Buffer.from(text), announced)
      expect([body.size, Buffer.from(body.take()).toString()]).toEqual([11, 'hello world'])
    }
  })

  it('leaves alone what it has given, and the chunks it was given', () => {
    const body = new BodyBuffer()
    const chunk = Buffer.from('ab')
    body.add(chunk.subarray(0, 1))
    const before = body.take()
    body.add(Buffer.from('X'))
    expect([Buffer.from(before).toString(), chunk.toString(), Buffer.from(body.take()).toString()]).toEqual([
      'a',
      'ab',
      'aX',
    ])
  })

  it('takes at most twice the size of the body, in chunks of one byte', () => {
    const body = new BodyBuffer()
    const piece = Buffer.from('x')
    for (let count = 0; count < 100_000; count++) body.add(piece)
    expect(body.take().byteLength).toBe(100_000)
    expect(body.take().buffer.byteLength).toBeLessThanOrEqual(200_000)
  })
})
