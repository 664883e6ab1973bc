import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { waitFor } from '../time/sleep.ts'
import { ConnectionLostError } from '../transport/errors.ts'
import type { Transport } from '../transport/transport.ts'
import { memoryTransport } from '../transport/transport.ts'
import type { ManualClock } from './manual-clock.ts'

/** One answer of the scripted server; an error fails the exchange. */
export type ScriptedAnswer =
  | number
  | Error
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      /** Milliseconds. @default the server's */
      readonly after?: number
    }

/** What the server saw. */
interface SeenRequest {
  readonly at: number
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ScriptedApi {
  readonly transport: Transport
  readonly seen: readonly SeenRequest[]
  readonly mostInFlight: number
  readonly inFlight: number
}

/** A server in process that answers as a function says, after a time on a virtual clock, and remembers what it saw. */
export function scriptedApi(
  clock: ManualClock,
  answer: (request: ApiRequest, count: number) => ScriptedAnswer,
  delay = 0,
): ScriptedApi {
  const seen: SeenRequest[] = []
  const counts = { inFlight: 0, most: 0 }
  const transport = memoryTransport(async (request, exchange) => {
    seen.push({ at: clock.now(), method: request.method, url: request.url, headers: request.headers })
    counts.inFlight++
    counts.most = Math.max(counts.most, counts.inFlight)
    try {
      const given = answer(request, seen.length)
      const after = typeof given === 'object' && 'after' in given ? given.after : delay
      const arrived = await waitFor(clock, after ?? delay, exchange.cancellation)
      if (!arrived) throw new ConnectionLostError('cancelled')
      if (given instanceof Error) throw given
      return responseOf(typeof given === 'number' ? { status: given } : given)
    } finally {
      counts.inFlight--
    }
  })
  return {
    transport,
    seen,
    get mostInFlight() {
      return counts.most
    },
    get inFlight() {
      return counts.inFlight
    },
  }
}

function responseOf(answer: Exclude<ScriptedAnswer, number | Error>): ApiResponse {
  return {
    status: answer.status ?? 200,
    headers: answer.headers ?? {},
    body: new TextEncoder().encode(answer.body ?? ''),
  }
}
