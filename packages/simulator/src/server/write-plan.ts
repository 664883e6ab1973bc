import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Timer } from 'sluice'
import { hasNoBody } from '../faults/answer.ts'
import type { Plan, PlannedAnswer } from '../faults/plan.ts'
import { carryBody } from '../line/carry-body.ts'
import type { Line } from '../line/line.ts'

/** What a client has to have read before a reset: a reset may overtake what it has not. */
const readingTime = 20

export interface Writing {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly clock: Clock
  /** What the body has to pass. */
  readonly line: Line | undefined
  /** Fields about the connection. */
  readonly headers: Readonly<Record<string, string>>
  /** Called when the server ends the exchange other than by finishing the answer, just before it does so. */
  onBroken(): void
}

/** Puts a planned answer on the wire, with what goes wrong there. Returns how to stop. */
export function writePlan(plan: Plan, writing: Writing): () => void {
  const { socket } = writing.request
  switch (plan.kind) {
    case 'hang':
      return nothing
    case 'reset':
      writing.onBroken()
      socket.resetAndDestroy()
      return nothing
    case 'garbage':
      writing.onBroken()
      socket.write('this is no HTTP at all\r\n\r\n')
      socket.destroySoon()
      return nothing
    case 'answer':
      return writeAnswer(plan, writing)
  }
}

function writeAnswer(plan: PlannedAnswer, writing: Writing): () => void {
  const { response, request } = writing
  const { status, body } = plan
  const headers: Record<string, string> = { ...plan.headers, ...writing.headers }
  if (body.length !== undefined && !hasNoBody(status)) headers['content-length'] = String(body.length)
  response.writeHead(status, headers)
  if (request.method === 'HEAD' || hasNoBody(status)) {
    response.end()
    return nothing
  }
  if (writing.line === undefined && body.ending === 'end' && Array.isArray(body.chunks) && body.chunks.length <= 1) {
    response.end(body.chunks[0])
    return nothing
  }
  return writeBody(plan, writing)
}

function writeBody({ body }: PlannedAnswer, writing: Writing): () => void {
  const { response, request, clock, line, onBroken } = writing
  let timer: Timer | undefined
  const finish = () => {
    switch (body.ending) {
      case 'end':
        response.end()
        return
      case 'close':
        onBroken()
        request.socket.destroySoon()
        return
      case 'reset':
        timer = clock.timer(readingTime, () => {
          onBroken()
          request.socket.resetAndDestroy()
        })
    }
  }
  // Otherwise the headers would wait for the first piece.
  if (line !== undefined) response.flushHeaders()
  const stop = carryBody(body, {
    clock,
    line,
    deliver: (piece) => response.write(piece),
    whenReady: (resume) => response.once('drain', resume),
    finish,
  })
  return () => {
    stop()
    timer?.cancel()
  }
}

function nothing(): void {}
