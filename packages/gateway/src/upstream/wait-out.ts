import { type CallResult, CircuitOpenError, type Client, type RequestSpec, type SendOptions, sleep } from 'sluice'
import type { GatewaySettings } from '../options.ts'

/** Shortest wait in ms for an upstream that is given a rest. */
const shortestRest = 100

/**
 * Makes calls that are made again while the breaker of their upstream is open, as long as a request may wait: one that the breaker
 * refuses was not sent, or may be repeated. An upstream that is restarted loses no request that way.
 */
export function waitOut(
  client: Pick<Client, 'try'>,
  { clock, maxWait }: Pick<GatewaySettings, 'clock' | 'maxWait'>,
): (request: RequestSpec, options: SendOptions & { readonly signal: AbortSignal }) => Promise<CallResult> {
  return async (request, options) => {
    const endsAt = clock.now() + maxWait
    for (;;) {
      const result = await client.try(request, options)
      if (result.ok || !(result.error instanceof CircuitOpenError)) return result
      const rest = Math.max(shortestRest, result.error.retryAt - clock.wallTime())
      if (clock.now() + rest > endsAt) return result
      await sleep(rest, { signal: options.signal, clock })
    }
  }
}
