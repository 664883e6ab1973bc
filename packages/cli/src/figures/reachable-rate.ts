import { type ClientOptions, formatDuration } from 'sluice'
import { formatRate, type Listener, type Rate } from 'sluice/internal'

export interface ReachableRateParts extends Pick<ClientOptions, 'rate' | 'concurrency' | 'rateScope'> {
  /** Called at most once, with a sentence. */
  readonly onUnreachable: (text: string) => void
}

/** Number of successful attempts from which the duration is estimated. */
const enough = 20
/** Share of the rate that must be reachable. */
const nearly = 0.9
/** Default concurrency of `fetch`. */
const usualConcurrency = 10

/**
 * Reports when the concurrency is too low for the rate, judging by the first responses: 10 in flight at 200 ms each
 * reach at most 50 per second.
 */
export function reachableRate(parts: ReachableRateParts): Listener {
  const { concurrency = usualConcurrency, onUnreachable } = parts
  const rate = slowest((parts.rate ?? []) as readonly Rate[])
  const durations: number[] = []
  const partitions = new Set<string>()
  let isDone = rate === undefined || concurrency === 'auto'
  return (event) => {
    if (isDone || event.type !== 'attempt.settled') return
    partitions.add(event.request.partition)
    // Each host has its own rate, and the number of hosts is unknown.
    if (partitions.size > 1 && parts.rateScope !== 'all') isDone = true
    if (isDone || event.verdict !== 'success' || durations.push(event.duration) < enough) return
    isDone = true
    const duration = durations.sort((a, b) => a - b)[enough / 2]!
    const wanted = (rate!.count * 1_000) / rate!.per
    const possible = ((concurrency as number) * 1_000) / duration
    if (possible >= wanted * nearly) return
    const needed = Math.ceil((wanted * duration) / 1_000)
    onUnreachable(
      `--rate ${formatRate(rate!)} cannot be reached with --concurrency ${concurrency}: a response takes ${formatDuration(Math.round(duration))}, so about ${Math.floor(possible)} requests a second are possible; use --concurrency ${needed} or more`,
    )
  }
}

/** The request rate with the fewest requests per second; undefined if other units are limited too. */
function slowest(rates: readonly Rate[]): Rate | undefined {
  const ofRequests = rates.filter(({ unit }) => unit === undefined)
  if (ofRequests.length < rates.length) return undefined
  return ofRequests.sort((one, other) => one.count / one.per - other.count / other.per)[0]
}
