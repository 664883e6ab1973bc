import { createClient } from '../client/create-client.ts'
import { ThrottledError } from '../client/errors.ts'
import { withoutTransport } from '../client/extended-options.ts'
import type { CallResult } from '../client/result.ts'
import type { ClientOptions } from '../client/settings.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
import type { RequestInput } from '../http/request.ts'
import type { Clock } from '../time/clock.ts'
import type { Transport } from '../transport/transport.ts'
import type { RowPlan } from './plan.ts'
import type { Effort, EffortReading } from './system-effort.ts'

/** One request of a round. Times in milliseconds. */
export interface Sample {
  readonly index: number
  /** Milliseconds since the start of the round. */
  readonly startedAt: number
  readonly queued: number
  readonly connect: number
  readonly firstByte: number
  readonly body: number
  /** True if it was sent. */
  readonly wasSent: boolean
  readonly ok: boolean
  readonly isThrottled: boolean
  readonly status: number | undefined
  readonly bytes: number
  readonly error: SluiceError | undefined
}

/** One measurement of a row. */
export interface Round {
  readonly plan: RowPlan
  /** Concurrency at its end. */
  readonly concurrency: number
  /** Milliseconds. */
  readonly wall: number
  readonly samples: readonly Sample[]
  readonly waits: ReadonlyMap<string, number>
  readonly effort: EffortReading
}

export interface RoundParts {
  readonly client: ClientOptions
  readonly transport: Transport
  readonly requests: readonly RequestInput[]
  readonly clock: Clock
  readonly effort: Effort
  readonly signal: AbortSignal | undefined
}

/**
 * Makes all requests once, with a client of its own, so that rows do not share what they learn. Nothing is sent twice:
 * there are no retries, and redirects are not followed.
 */
export async function measureRound(plan: RowPlan, parts: RoundParts): Promise<Round> {
  const { transport, requests, clock, effort, signal } = parts
  const { concurrency } = plan
  // A connection shared by several rows is closed by its owner.
  const lent = { ...transport, close: async () => {} }
  await using client = createClient({
    ...withoutTransport(parts.client),
    concurrency,
    transport: lent,
    retry: false,
    maxRedirects: 0,
    breaker: false,
  })
  const samples: Sample[] = []
  const endEffort = effort.begin()
  const beganAt = clock.now()
  for await (const result of client.stream(requests, { keepBody: true, signal })) {
    samples.push(sampleOf(result, clock.now() - beganAt))
  }
  const wall = clock.now() - beganAt
  const { waits, concurrency: found } = client.status()
  return { plan, concurrency: found, wall, samples, waits: new Map(waits), effort: endEffort() }
}

function sampleOf(result: CallResult, endedAt: number): Sample {
  const { index, timing, status, headers } = result
  const { queued, connect, firstByte, body, total } = timing
  const isRedirect = result.ok && result.status >= 300
  const announced = Number(headers?.['content-length'])
  const received = result.ok ? (result.body?.byteLength ?? 0) : 0
  return {
    index,
    startedAt: endedAt - total,
    queued,
    connect,
    firstByte,
    body,
    wasSent: result.attempts.some(({ requests }) => requests > 0),
    ok: result.ok && !isRedirect,
    isThrottled: result.attempts.some(({ verdict }) => verdict === 'throttled'),
    status,
    bytes: Number.isFinite(announced) ? announced : received,
    error: result.ok ? undefined : result.error,
  }
}

/** Pause in milliseconds that the server requested after a round; a second if it refused without a hint. */
export function restAsked({ samples }: Round, wallTime: number): number {
  let rest = 0
  for (const { isThrottled, error } of samples) {
    if (!isThrottled) continue
    const retryAt = error instanceof ThrottledError ? error.retryAt : undefined
    rest = Math.max(rest, retryAt === undefined ? 1_000 : retryAt - wallTime)
  }
  return rest
}
