import { type Client, type ClientOptions, type Clock, createClient, type Random } from 'sluice'
import { Cancellation, parseRate, waitFor } from 'sluice/internal'
import type { Transport } from 'sluice/transport'
import type { SourceAdapter } from '../model/source.ts'
import { type QuotaLedger, quotaWindows } from './quota-ledger.ts'

export interface SourceClientParts {
  readonly ledger: QuotaLedger
  readonly clock: Clock
  readonly transport?: Transport | undefined
  readonly random?: Random | undefined
  /** At most so many requests at the same time, whatever the source allows. */
  readonly concurrency?: number | undefined
  /** Called for each request that goes out. */
  readonly onRequest: () => void
}

/** A client with the limits of one source, and nothing shared with others but the transport. */
export function sourceClient(source: SourceAdapter, parts: SourceClientParts): Client {
  const { limits, origin, auth } = source
  const { ledger, clock, transport, random, concurrency = Number.POSITIVE_INFINITY, onRequest } = parts
  const options: ClientOptions = {
    concurrency: Math.min(limits.concurrency, concurrency),
    rate: limits.rates,
    rateScope: 'all',
    quotaMemory: ledger.memory(origin, quotaWindows(limits.rates)),
    timeout: limits.timeout,
    // Who is refused for a quota is not asked again in this refresh.
    retry: { maxAttempts: 3, maxThrottles: 0 },
    breaker: { consecutiveFailures: 6 },
    auth,
    clock,
    random,
    transport: transport === undefined ? undefined : lent(transport),
    perAttempt: [
      {
        name: 'count requests',
        run(attempt, next) {
          onRequest()
          return next(attempt)
        },
      },
    ],
  }
  return createClient(options)
}

/** A transport that somebody else closes. */
function lent(transport: Transport): Transport {
  const { headers } = transport
  return {
    ...(headers === undefined ? undefined : { headers }),
    send: (request, exchange) => transport.send(request, exchange),
    close: async () => {},
  }
}

/** A new client knows nothing of the pace that the last one kept: waits as long as that asks for, and no longer than `most`. */
export async function keepPace(
  { limits, origin }: SourceAdapter,
  ledger: QuotaLedger,
  clock: Clock,
  most: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const last = ledger.uses(origin).at(-1)
  if (last === undefined) return
  const paces = limits.rates.map((rate) => parseRate('rates', rate)).filter(({ per }) => per <= 60_000)
  const wait = Math.max(0, ...paces.map(({ count, per }) => last.at + per / count - clock.wallTime()))
  if (wait === 0 || signal?.aborted === true) return
  const cancellation = new Cancellation()
  const stop = (): void => cancellation.cancel(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  await waitFor(clock, Math.min(wait, most), cancellation)
  signal?.removeEventListener('abort', stop)
}
