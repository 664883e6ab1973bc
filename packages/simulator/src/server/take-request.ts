import type { Readable } from 'node:stream'
import { problem } from '../faults/answer.ts'
import { spoil } from '../faults/spoil.ts'
import type { Simulator } from '../simulator.ts'
import type { Ending } from '../visit.ts'
import type { Wire } from './wire.ts'
import { writePlan } from './write-plan.ts'

/** One connection and what is in flight on it: with HTTP/1.1 more than one only if the client does not wait for answers. */
export class Connection {
  readonly #onAnswer: (() => void) | undefined
  readonly #inFlight = new Set<(how: Ending) => void>()

  /** `onAnswer` is called after each answer. */
  constructor(onAnswer?: () => void) {
    this.#onAnswer = onAnswer
  }

  /** Calls `leave` when the connection closes first. Returns what to call when the request is answered: once counts. */
  begin(leave: (how: Ending) => void): () => void {
    this.#inFlight.add(leave)
    return () => {
      if (this.#inFlight.delete(leave)) this.#onAnswer?.()
    }
  }

  /** Ends what is in flight; the connection is closed, or about to be. */
  closed(): void {
    for (const leave of this.#inFlight) leave('aborted')
    this.#inFlight.clear()
  }
}

/** The most bytes a request may bring. */
const largestRequest: number = 10 * 1024 * 1024

/** Calls `done` with the body, or with nothing if it is too large: at once if there is none to come. */
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
  // A client that leaves in the middle of its request never arrived; without a listener the error would be thrown.
  body.on('error', () => {})
}

export interface Incoming {
  readonly simulator: Simulator
  readonly connection: Connection
  readonly wire: Wire
}

/** Brings one request to the simulator, once it is there as a whole, and its answer to the wire. */
export function takeRequest(incoming: Incoming): void {
  const { wire, simulator } = incoming
  readBody(wire.body, (body) => {
    if (wire.isGone) return
    if (body !== undefined) return visit(incoming, body)
    const refused = spoil(problem(413, 'too_large', 'a request may bring 10 MiB at most'), undefined)
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
