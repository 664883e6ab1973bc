import { type ClientOptions, formatDuration, type Listener } from 'sluice'
import { formatRate, type Rate } from 'sluice/internal'

export interface ReachableRateParts extends Pick<ClientOptions, 'rate' | 'concurrency' | 'rateScope'> {
  /** Called once, with a sentence. */
  readonly onUnreachable: (text: string) => void
}

/** Answers after which a duration is known well enough. */
const enough = 20
/** Share of a rate that has to be possible. */
const nearly = 0.9
/** Concurrency of `fetch` if none is given. */
const usualConcurrency = 10

/**
 * Listens to the first answers, and says when a rate cannot be reached because too few requests are in flight: 10 at 200 ms
 * are 50 a second, whatever rate is allowed.
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
    // Each host has the rate for itself: how many are to be reached is not known.
    if (partitions.size > 1 && parts.rateScope !== 'all') isDone = true
    if (isDone || event.verdict !== 'success' || durations.push(event.duration) < enough) return
    isDone = true
    const duration = durations.sort((a, b) => a - b)[enough / 2]!
    const wanted = (rate!.count * 1_000) / rate!.per
    const possible = ((concurrency as number) * 1_000) / duration
    if (possible >= wanted * nearly) return
    const needed = Math.ceil((wanted * duration) / 1_000)
    onUnreachable(
      `--rate ${formatRate(rate!)} cannot be reached with --concurrency ${concurrency}: an answer takes ${formatDuration(Math.round(duration))}, so that about ${Math.floor(possible)} a second are sent; it takes --concurrency ${needed} or more`,
    )
  }
}

/** The rate of requests that allows the fewest in the long run, if it is one that is paced. */
function slowest(rates: readonly Rate[]): Rate | undefined {
  const ofRequests = rates.filter(({ unit }) => unit === undefined)
  if (ofRequests.length < rates.length) return undefined
  return ofRequests.sort((one, other) => one.count / one.per - other.count / other.per)[0]
}
