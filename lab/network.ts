import type { Clock } from 'sluice'
import { forAnyExchange, type Random, waitFor } from 'sluice/internal'
import type { Transport } from 'sluice/transport'

/** How long a message is on its way in one direction: `base` and a chance part, exponential around `mean`, at most `cap`. */
export interface Path {
  readonly name: string
  /** Milliseconds, as all of them. */
  readonly base: number
  readonly mean: number
  readonly cap: number
}

export const lan: Path = { name: 'LAN', base: 0.5, mean: 0.5, cap: 3 }
export const wan: Path = { name: 'WAN', base: 20, mean: 5, cap: 50 }

/** A path on which every message takes the same time. */
export function steadyPath(oneWay: number): Path {
  return { name: `${oneWay} ms`, base: oneWay, mean: 0, cap: 0 }
}

/** Puts a network between a client and a server: delay and jitter both ways, each message on its own, so they may overtake. */
export function throughNetwork(inner: Transport, path: Path, clock: Clock, random: Random): Transport {
  const delay = (): number => path.base + Math.min(path.cap, -path.mean * Math.log(1 - random()))
  return {
    ...(inner.headers === undefined ? undefined : { headers: inner.headers }),
    send: forAnyExchange(async (request, exchange) => {
      exchange.onSent()
      const { cancellation } = exchange
      await waitFor(clock, delay(), cancellation)
      // The way back takes its time, unless the call is cancelled.
      const atServer = {
        cancellation,
        get signal() {
          return cancellation.signal
        },
        onSent: nothing,
        onFirstByte: nothing,
      }
      const answer = await inner.send(request, atServer).catch(async (error: unknown) => {
        await waitFor(clock, delay(), cancellation)
        throw error
      })
      await waitFor(clock, delay(), cancellation)
      exchange.onFirstByte()
      return answer
    }),
    close: () => inner.close(),
  }
}

function nothing(): void {}
