import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import type { PlannedBody } from '../faults/plan.ts'
import type { Line } from './line.ts'

/** The most bytes that take the line at a time. */
const sliceSize = 16_000

export interface Carrier {
  readonly clock: Clock
  /** Bandwidth limit of the body; without one it is sent as fast as it is read. */
  readonly line: Line | undefined
  /** Takes a piece. False: no more until `whenReady` says so. */
  deliver(piece: Uint8Array): boolean
  /** Calls `resume` when more can be taken; never if nothing more is wanted. */
  whenReady(resume: () => void): void
  /** Called once, when all pieces were taken. */
  finish(): void
}

/** Brings a body piece by piece, as the plan, the line and the client allow. Returns how to stop. */
export function carryBody(body: PlannedBody, { clock, line, deliver, whenReady, finish }: Carrier): () => void {
  // What comes with pauses comes in pieces that are small already.
  const inSlices = line !== undefined && body.every === 0
  const pieces = (inSlices ? slicesOf(body.chunks) : body.chunks)[Symbol.iterator]()
  let next = pieces.next()
  let hasPassed = false
  let timer: Timer | undefined
  let giveUp: (() => void) | undefined
  let stopped = false

  /** Goes on until there is something to wait for. */
  const carry = () => {
    while (!stopped && next.done !== true) {
      if (line !== undefined && !hasPassed) {
        giveUp = line.pass(next.value.byteLength, () => {
          hasPassed = true
          carry()
        })
        return
      }
      hasPassed = false
      const goesOn = deliver(next.value)
      next = pieces.next()
      if (!goesOn) {
        whenReady(carry)
        return
      }
      if (body.every > 0 && next.done !== true) {
        timer = clock.timer(body.every, carry)
        return
      }
    }
    if (!stopped) finish()
  }
  carry()
  return () => {
    stopped = true
    timer?.cancel()
    giveUp?.()
  }
}

/** The same bytes in slices that are all as large as they may be, but for the last one. */
function* slicesOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  let parts: Uint8Array[] = []
  let size = 0
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + sliceSize - size)
      at += part.byteLength
      size += part.byteLength
      parts.push(part)
      if (size < sliceSize) continue
      yield parts.length === 1 ? part : Buffer.concat(parts)
      parts = []
      size = 0
    }
  }
  if (size > 0) yield parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}
