import { Writable } from 'node:stream'
import { expect, it, onTestFinished, vi } from 'vitest'
import { drainGate, streamSink } from './stream-sink.ts'

/** Stream that remembers its chunks. */
function recorder(options: { readonly isTTY?: boolean } = {}): {
  readonly stream: Writable
  readonly chunks: string[]
} {
  const chunks: string[] = []
  const stream = new Writable({
    highWaterMark: 1_000_000,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  return { stream: Object.assign(stream, options), chunks }
}

it('writes the lines of 5 ms together, and later ones apart from them', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { stream, chunks } = recorder()
  const sink = streamSink(stream)
  void sink.write('1\n')
  vi.advanceTimersByTime(4)
  void sink.write('2\n')
  expect(chunks).toEqual([])
  vi.advanceTimersByTime(1)
  void sink.write('3\n')
  vi.advanceTimersByTime(5)
  expect(chunks).toEqual(['1\n2\n', '3\n'])
})

it('writes 64 K characters at once', () => {
  const { stream, chunks } = recorder()
  const sink = streamSink(stream)
  void sink.write('x'.repeat(65_536))
  expect(chunks.join('')).toHaveLength(65_536)
})

it('writes each line to a terminal at once, because other lines come between them', () => {
  const { stream, chunks } = recorder({ isTTY: true })
  const sink = streamSink(stream)
  void sink.write('1\n')
  void sink.write('2\n')
  expect(chunks).toEqual(['1\n', '2\n'])
})

it('has written everything when it is closed or aborted', async () => {
  for (const end of ['close', 'abort'] as const) {
    const { stream, chunks } = recorder()
    const sink = streamSink(stream)
    void sink.write('1\n')
    await sink[end]()
    expect(chunks.join('')).toBe('1\n')
  }
})

it('keeps texts and bytes in their order', () => {
  const { stream, chunks } = recorder()
  const gate = drainGate(stream, 'a')
  void gate.write('text')
  void gate.write(new TextEncoder().encode('bytes'))
  expect(chunks).toEqual(['text', 'bytes'])
})

it('lets the caller wait while the stream is full, which short lines fill too', async () => {
  const written = Promise.withResolvers<void>()
  const stream = new Writable({
    highWaterMark: 10,
    write(_chunk, _encoding, done) {
      void written.promise.then(() => done())
    },
  })
  const gate = drainGate(stream, 'a')
  expect(gate.write('123456')).toBeUndefined()
  const waiting = gate.write('7890')
  expect(waiting).toBeInstanceOf(Promise)
  written.resolve()
  await waiting
})
