import type { RequestInput } from '../http/request.ts'
import type { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'
import type { Client } from './client.ts'
import type { CallResult } from './result.ts'

/** Parts of a client for the other packages and layers, which are not in its public type. */
interface InsideClient {
  readonly clock: Clock
  readonly queuedCall: (input: RequestInput, options: QueuedCallOptions) => Promise<CallResult>
}

/** Options of a call that stays in the queue while the breaker is open. */
interface QueuedCallOptions {
  /** Cancels the call; its result is then a failure. */
  readonly cancellation: Cancellation
  /** Name of the caller for round-robin scheduling in the queue. */
  readonly caller: string
  /** Telemetry context of the call's span. @default the active one */
  readonly scope?: unknown
}

/** Filled by `createClient`. */
export const insides: WeakMap<object, InsideClient> = new WeakMap()

/** Starts a call that stays in the queue while the breaker is open, for at most `maxWait`. Never rejects. */
export function queuedCall(client: Client, input: RequestInput, options: QueuedCallOptions): Promise<CallResult> {
  return insides.get(client)!.queuedCall(input, options)
}

/** Clock of a client; the system's for one that was not made by `createClient`. */
export function clockOf(client: Client<unknown>): Clock {
  return insides.get(client)?.clock ?? systemClock
}
