import { problem } from '../faults/answer.ts'
import { spoil } from '../faults/spoil.ts'
import type { Simulator } from '../simulator.ts'
import type { Ending } from '../visit.ts'
import type { Connection } from './connection.ts'
import { readBody } from './read-body.ts'
import type { Wire } from './wire.ts'
import { writePlan } from './write-plan.ts'

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
