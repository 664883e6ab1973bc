import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import type { PlannedBody } from '../faults/plan.ts'
import { carryBody } from './carry-body.ts'
import { TimedLine } from './line.ts'

/** A body of chunks of these sizes. */
function bodyOf(sizes: readonly number[], every = 0): PlannedBody {
  const length = sizes.reduce((sum, size) => sum + size, 0)
  return { chunks: sizes.map((size) => Buffer.alloc(size, 'x')), length, every, ending: 'end' }
}

function carrying(bytesPerSecond?: number) {
  const clock = new ManualClock()
  const line = bytesPerSecond === undefined ? undefined : new TimedLine(clock, bytesPerSecond)
  /** Carries a body to a client that accepts at most `appetite` pieces until `resume` is called. */
  const carry = (body: PlannedBody, appetite = Number.POSITIVE_INFINITY) => {
    const seen = { pieces: [] as [at: number, bytes: number][], finishedAt: undefined as number | undefined }
    let resume = () => {}
    const stop = carryBody(body, {
      clock,
      line,
      deliver: ({ byteLength }) => seen.pieces.push([clock.now(), byteLength]) < appetite,
      whenReady: (goOn) => {
        resume = goOn
      },
      finish: () => {
        seen.finishedAt = clock.now()
      },
    })
    return { seen, stop, resume: () => resume() }
  }
  return { clock, carry }
}

describe('carryBody', () => {
  it('brings everything at once where there is no line', () => {
    const { carry } = carrying()
    expect(carry(bodyOf([100_000, 1, 20])).seen).toEqual({
      pieces: [
        [0, 100_000],
        [0, 1],
        [0, 20],
      ],
      finishedAt: 0,
    })
  })

  it('brings slices of 16 kB over a line, however the body was cut before', async () => {
    const { clock, carry } = carrying(1_000_000)
    const { seen } = carry(bodyOf([3_000, 20_000, 10, 17_000]))
    await clock.advance(1_000)
    expect(seen).toEqual({
      pieces: [
        [16, 16_000],
        [32, 16_000],
        [40.01, 8_010],
      ],
      finishedAt: 40.01,
    })
  })

  it('brings a small body in one slice', async () => {
    const { clock, carry } = carrying(1_000)
    const { seen } = carry(bodyOf([100, 200, 300]))
    await clock.advance(1_000)
    expect(seen).toEqual({ pieces: [[600, 600]], finishedAt: 600 })
  })

  it('pauses between pieces, and lets each pass the line after its pause', async () => {
    const { clock, carry } = carrying(1_000)
    const { seen } = carry(bodyOf([10, 10, 10], 50))
    await clock.advance(1_000)
    expect(seen.pieces.map(([at]) => at)).toEqual([10, 70, 130])
    expect(seen.finishedAt).toBe(130)
  })

  it('leaves the line to others while its client takes nothing', async () => {
    const { clock, carry } = carrying(1_000_000)
    const slow = carry(bodyOf([64_000]), 2)
    const other = carry(bodyOf([64_000]))
    await clock.advance(100)
    expect(slow.seen.pieces.map(([at]) => at)).toEqual([16, 48])
    expect(other.seen.pieces.map(([at]) => at)).toEqual([32, 64, 80, 96])
    slow.resume()
    await clock.advance(100)
    expect(slow.seen.pieces.map(([at]) => at)).toEqual([16, 48, 116])
  })

  it('gives its place up when it is stopped, on the line or in a pause', async () => {
    const { clock, carry } = carrying(1_000_000)
    const first = carry(bodyOf([64_000]))
    const second = carry(bodyOf([16_000]))
    const dripping = carry(bodyOf([1_000, 1_000], 50))
    await clock.advance(4)
    first.stop()
    await clock.advance(30)
    expect(second.seen).toEqual({ pieces: [[20, 16_000]], finishedAt: 20 })
    expect(dripping.seen.pieces).toEqual([[21, 1_000]])
    dripping.stop()
    expect(clock.pending).toBe(0)
    expect([first.seen, dripping.seen.finishedAt]).toEqual([{ pieces: [] }, undefined])
  })
})
