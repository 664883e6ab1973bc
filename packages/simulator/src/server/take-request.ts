import type { IncomingMessage, ServerResponse } from 'node:http'
import { problem } from '../faults/answer.ts'
import { spoil } from '../faults/spoil.ts'
import type { Simulator } from '../simulator.ts'
import type { Ending } from '../visit.ts'
import type { Connection } from './connection.ts'
import { readBody } from './read-body.ts'
import { writePlan } from './write-plan.ts'

export interface Incoming {
  readonly simulator: Simulator
  readonly connection: Connection
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Brings one request to the simulator, once it is there as a whole, and its answer to the wire. */
export function takeRequest(incoming: Incoming): void {
  const { request, response, simulator } = incoming
  // A write that meets a closed socket; what has to be done then, the connection does.
  response.on('error', () => {})
  readBody(request, (body) => {
    if (request.socket.destroyed) return
    if (body !== undefined) return visit(incoming, body)
    const refused = spoil(problem(413, 'too_large', 'a request may bring 10 MiB at most'), undefined)
    writePlan(refused, { request, response, clock: simulator.clock, line: undefined, headers: {}, onBroken: () => {} })
  })
}

function visit({ simulator, connection, request, response }: Incoming, body: Uint8Array): void {
  const visit = simulator.arrive({
    method: request.method ?? 'GET',
    path: pathOf(request.url ?? '/'),
    headers: headersOf(request),
    body,
    address: request.socket.remoteAddress,
  })
  let stopWriting: (() => void) | undefined
  const end = (how: Ending) => {
    stopWriting?.()
    visit.end(how)
  }
  const answered = connection.begin(() => end('aborted'))
  response.on('finish', () => {
    end('answered')
    answered()
  })
  visit.onAnswer((plan) => {
    stopWriting = writePlan(plan, {
      request,
      response,
      clock: simulator.clock,
      line: visit.line,
      headers: connectionHeaders(simulator, response),
      onBroken: () => end('answered'),
    })
  })
}

/** Said by hand, `connection` keeps node from telling how long it is kept. */
function connectionHeaders(simulator: Simulator, response: ServerResponse): Record<string, string> {
  return simulator.scenario.keepAlive.hint || !response.shouldKeepAlive ? {} : { connection: 'keep-alive' }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

/** A proxy's request has the whole URL in its first line. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target
  if (!URL.canParse(target)) return '/'
  const { pathname, search } = new URL(target)
  return pathname + search
}
