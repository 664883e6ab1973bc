import type { Clock } from 'sluice'
import type { Transport } from 'sluice/transport'

/** One request as the server saw it. */
export interface Seen {
  /** Milliseconds since the server began. */
  readonly at: number
  readonly url: string
  /** Status of the answer; 0 if there was none. */
  status: number
}

/** Everything a server saw, in the order of arrival. */
export class Arrivals {
  readonly seen: Seen[] = []

  /** Watches at the server's door. */
  watch(server: Transport, clock: Clock): Transport {
    return {
      send: async (request, exchange) => {
        const seen: Seen = { at: clock.now(), url: request.url, status: 0 }
        this.seen.push(seen)
        const answer = await server.send(request, exchange)
        seen.status = answer.status
        return answer
      },
      close: () => server.close(),
    }
  }

  get count(): number {
    return this.seen.length
  }

  /** The part that was answered with this status. */
  share(status: number): number {
    return this.count === 0 ? 0 : this.withStatus(status).length / this.count
  }

  withStatus(status: number): Seen[] {
    return this.seen.filter((one) => one.status === status)
  }

  /** The most that arrived in any `span` milliseconds. */
  busiest(span: number): number {
    return busiest(this.seen, span)
  }

  /** The most that arrived in one of the windows that follow each other from the server's beginning. */
  busiestWindow(window: number): number {
    const counts = new Map<number, number>()
    for (const { at } of this.seen) {
      const index = Math.floor(at / window)
      counts.set(index, (counts.get(index) ?? 0) + 1)
    }
    return Math.max(0, ...counts.values())
  }

  between(from: number, to: number): Seen[] {
    return this.seen.filter(({ at }) => from <= at && at < to)
  }

  /** Successes per second from the first to the last of them, as a share of `perSecond`. */
  used(perSecond: number): number {
    const good = this.withStatus(200)
    if (good.length < 2) return 0
    const span = good.at(-1)!.at - good[0]!.at
    return ((good.length - 1) * 1_000) / span / perSecond
  }

  /** Successes in a stretch of time, as a share of `allowed`. */
  usedBetween(from: number, to: number, allowed: number): number {
    return this.between(from, to).filter(({ status }) => status === 200).length / allowed
  }
}

/** The most of these in any `span` milliseconds, wherever they begin: later than a and not later than a + span. */
export function busiest(seen: readonly { readonly at: number }[], span: number): number {
  let first = 0
  let most = 0
  for (const [last, { at }] of seen.entries()) {
    while (seen[first]!.at <= at - span) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}
