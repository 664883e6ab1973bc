import type { Readable } from 'node:stream'
import { problem } from '../faults/answer.ts'
import { spoil } from '../faults/spoil.ts'
import type { Simulator } from '../simulator.ts'
import type { Ending } from '../visit.ts'
import type { Wire } from './wire.ts'
import { writePlan } from './write-plan.ts'

/** One connection and its requests in flight: with HTTP/1.1 more than one only if the client pipelines. */
export class Connection {
  readonly #onAnswer: (() => void) | undefined
  readonly #inFlight = new Set<(how: Ending) => void>()

  /** `onAnswer` is called after each answer. */
  constructor(onAnswer?: () => void) {
    this.#onAnswer = onAnswer
  }

  /**
   * Calls `leave` if the connection closes first. Returns a function to call when the request is answered; only the
   * first call counts.
   */
  begin(leave: (how: Ending) => void): () => void {
    this.#inFlight.add(leave)
    return () => {
      if (this.#inFlight.delete(leave)) this.#onAnswer?.()
    }
  }

  /** Ends the requests in flight; the connection is closed, or about to be. */
  closed(): void {
    for (const leave of this.#inFlight) leave('aborted')
    this.#inFlight.clear()
  }
}

/** Maximum bytes of a request body. */
const largestRequest: number = 10 * 1024 * 1024

/** Calls `done` with the body, or undefined if it is too large; immediately if there is none. */
function readBody(body: Readable | undefined, done: (body: Uint8Array | undefined) => void): void {
  if (body === undefined) {
    done(new Uint8Array())
    return
  }
  let chunks: Uint8Array[] = []
  let size = 0
  body.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size <= largestRequest) chunks.push(chunk)
    else chunks = []
  })
  body.on('end', () => done(size <= largestRequest ? Buffer.concat(chunks) : undefined))
  // A request that is aborted midway never arrived; without a listener the error would be thrown.
  body.on('error', () => {})
}

export interface Incoming {
  readonly simulator: Simulator
  readonly connection: Connection
  readonly wire: Wire
}

/** Passes one complete request to the simulator, and the response to the wire. */
export function takeRequest(incoming: Incoming): void {
  const { wire, simulator } = incoming
  readBody(wire.body, (body) => {
    if (wire.isGone) return
    if (body !== undefined) return visit(incoming, body)
    const refused = spoil(problem(413, 'too_large', 'the body of a request has at most 10 MiB'), undefined)
    writePlan(refused, { wire, clock: simulator.clock, line: undefined, onBroken: () => {} })
  })
}

function visit({ simulator, connection, wire }: Incoming, body: Uint8Array): void {
  const visit = simulator.arrive({ ...wire.request, body })
  let stopWriting: (() => void) | undefined
  const end = (how: Ending) => {
    stopWriting?.()
    visit.end(how)
  }
  const over = connection.begin(end)
  wire.onFinish(() => {
    end('answered')
    over()
  })
  wire.onClose(() => {
    end('aborted')
    over()
  })
  visit.onAnswer((plan) => {
    stopWriting = writePlan(plan, {
      wire,
      clock: simulator.clock,
      line: visit.line,
      onBroken: () => end('answered'),
    })
  })
}
