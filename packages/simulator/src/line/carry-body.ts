import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import type { PlannedBody } from '../faults/plan.ts'
import type { Line } from './line.ts'

/** Maximum bytes of a slice. */
const sliceSize = 16_000

export interface Carrier {
  readonly clock: Clock
  /** Bandwidth limit of the body; without one it is sent as fast as the client reads. */
  readonly line: Line | undefined
  /** Accepts a piece. False: no more until `whenReady` calls back. */
  deliver(piece: Uint8Array): boolean
  /** Calls `resume` when more can be accepted; never if the receiver is done. */
  whenReady(resume: () => void): void
  /** Called once, when all pieces were accepted. */
  finish(): void
}

/** Sends a body piece by piece, as the plan, the line and the client allow. Returns a function that stops it. */
export function carryBody(body: PlannedBody, { clock, line, deliver, whenReady, finish }: Carrier): () => void {
  // A body with pauses consists of small pieces already.
  const inSlices = line !== undefined && body.every === 0
  const pieces = (inSlices ? slicesOf(body.chunks) : body.chunks)[Symbol.iterator]()
  let next = pieces.next()
  let hasPassed = false
  let timer: Timer | undefined
  let giveUp: (() => void) | undefined
  let stopped = false

  /** Continues until there is something to wait for. */
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

/** The same bytes in slices of the maximum size, except for the last. */
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
