import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import { hasNoBody } from '../faults/answer.ts'
import type { Plan, PlannedAnswer, WireFault } from '../faults/plan.ts'
import { carryBody } from '../line/carry-body.ts'
import type { Line } from '../line/line.ts'
import type { Wire } from './wire.ts'

/** Milliseconds that the client gets to read before a reset, which may overtake unread bytes. */
const readingTime = 20

export interface Writing {
  readonly wire: Wire
  readonly clock: Clock
  /** Line that the body passes through. */
  readonly line: Line | undefined
  /** Called just before the server ends the exchange other than by finishing the response. */
  onBroken(): void
}

/** Writes a planned response, with its faults, to the wire. Returns a function that stops it. */
export function writePlan(plan: Plan, writing: Writing): () => void {
  // The close that is under way ends the visit.
  if (writing.wire.isGone) return nothing
  switch (plan.kind) {
    case 'hang':
      return nothing
    case 'reset':
      writing.onBroken()
      writing.wire.reset()
      return nothing
    case 'garbage':
      writing.onBroken()
      writing.wire.talkNonsense()
      return nothing
    case 'answer':
      if (plan.onWire !== undefined && writing.wire.request.method !== 'HEAD') {
        return writeByHand(plan, plan.onWire, writing)
      }
      return writeAnswer(plan, writing)
  }
}

function writeAnswer(plan: PlannedAnswer, writing: Writing): () => void {
  const { wire } = writing
  const { status, body } = plan
  const headers: Record<string, string> = { ...plan.headers, ...wire.headers }
  if (body.length !== undefined && !hasNoBody(status)) headers['content-length'] = String(body.length)
  wire.head(status, headers)
  if (wire.request.method === 'HEAD' || hasNoBody(status)) {
    wire.end()
    return nothing
  }
  if (writing.line === undefined && body.ending === 'end' && Array.isArray(body.chunks) && body.chunks.length <= 1) {
    wire.end(body.chunks[0])
    return nothing
  }
  return writeBody(plan, writing)
}

function writeBody({ body }: PlannedAnswer, { wire, clock, line, onBroken }: Writing): () => void {
  let timer: Timer | undefined
  const finish = () => {
    switch (body.ending) {
      case 'end':
        wire.end()
        return
      case 'close':
        onBroken()
        wire.cutShort()
        return
      case 'reset':
        timer = clock.timer(readingTime, () => {
          onBroken()
          wire.reset()
        })
    }
  }
  // Otherwise the headers would wait for the first piece.
  if (line !== undefined || body.ending !== 'end') wire.flush()
  const stop = carryBody(body, {
    clock,
    line,
    deliver: (piece) => wire.write(piece),
    whenReady: (resume) => wire.onceWritable(resume),
    finish,
  })
  return () => {
    stop()
    timer?.cancel()
  }
}

function writeByHand(plan: PlannedAnswer, fault: WireFault, { wire, clock, line, onBroken }: Writing): () => void {
  const hand = wire.byHand({ ...plan, headers: { ...plan.headers, ...wire.headers } }, fault)
  let timer: Timer | undefined
  const finish = () => {
    switch (hand.bytes.ending) {
      case 'end':
        return hand.done()
      case 'close':
        onBroken()
        return hand.close()
      case 'hang':
        return hand.silence()
      case 'reset':
        timer = clock.timer(readingTime, () => {
          onBroken()
          hand.reset()
        })
    }
  }
  const stop = carryBody(
    { ...hand.bytes, length: undefined },
    {
      clock,
      line,
      deliver: (piece) => hand.write(piece),
      whenReady: (resume) => hand.onceWritable(resume),
      finish,
    },
  )
  return () => {
    stop()
    timer?.cancel()
  }
}

function nothing(): void {}
