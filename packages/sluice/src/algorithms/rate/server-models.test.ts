import { describe, expect, it } from 'vitest'
import { type Random, seededRandom } from '../../random/random.ts'
import { PacedLedger } from './paced-ledger.ts'
import type { Rate } from './rate.ts'
import type { Sent } from './send-ledger.ts'

/** Decision of a server about an arrival: accepted or refused. */
type Server = (at: number) => boolean

const quota: Rate = { count: 50, per: 1_000 }
const sends = 600

/** Counts in windows that start at `phase`. */
const fixedWindow =
  (phase: number) =>
  ({ count, per }: Rate): Server => {
    const counts = new Map<number, number>()
    return (at) => {
      const window = Math.floor((at + phase) / per)
      const taken = counts.get(window) ?? 0
      if (taken >= count) return false
      counts.set(window, taken + 1)
      return true
    }
  }

/** Counts each arrival for one window; a `penalising` log counts refused ones too. */
const slidingLog =
  (penalising: boolean) =>
  ({ count, per }: Rate): Server => {
    let log: number[] = []
    return (at) => {
      log = log.filter((other) => other > at - per)
      const taken = log.length < count
      if (taken || penalising) log.push(at)
      return taken
    }
  }

/** Bucket of up to `size` tokens, which refills evenly. */
const tokenBucket =
  (size: number) =>
  ({ count, per }: Rate): Server => {
    let tokens = size
    let last = 0
    return (at) => {
      tokens = Math.min(size, tokens + ((at - last) * count) / per)
      last = at
      if (tokens < 1 - 1e-9) return false
      tokens -= 1
      return true
    }
  }

/** nginx `limit_req burst=N nodelay`: thousandths of requests, whole numbers, on a clock of whole milliseconds. */
const nginx =
  (burst: number) =>
  ({ count, per }: Rate): Server => {
    const perSecond = Math.floor((count * 1_000 * 1_000) / per)
    let last: number | undefined
    let excess = 0
    return (at) => {
      const now = Math.floor(at)
      if (last === undefined) {
        last = now
        return true
      }
      const passed = Math.max(0, now - last)
      const next = Math.max(0, excess - Math.trunc((perSecond * passed) / 1_000) + 1_000)
      if (next > burst * 1_000) return false
      excess = next
      if (passed > 0) last = now
      return true
    }
  }

const servers: [string, (rate: Rate) => Server][] = [
  ...[0, 1, 137, 500, 999.5].map(
    (phase) => [`counts in fixed windows of phase ${phase}`, fixedWindow(phase)] as [string, (rate: Rate) => Server],
  ),
  ['keeps an exact log', slidingLog(false)],
  ['keeps an exact log of refusals too', slidingLog(true)],
  ['has a bucket as large as the quota', tokenBucket(50)],
  ['has a bucket of a tenth of the quota', tokenBucket(5)],
  ['is nginx with burst=5', nginx(5)],
]

describe.each([1, 2, 3])('600 requests, sent by a PacedLedger of 50/s as early as may be, with seed %d,', (seed) => {
  it.each(servers)('are all taken by a server that %s, when their way takes up to 5 ms longer for some', (_, make) => {
    const { refused, utilisation } = sendTo(make(quota), { random: seededRandom(seed) })
    expect(refused).toBe(0)
    expect(utilisation).toBeGreaterThanOrEqual(0.98)
  })

  it.each(servers)('are all taken by a server that %s, when their way takes up to 40 ms longer for some', (_, make) => {
    const { refused, utilisation } = sendTo(make(quota), { random: seededRandom(seed), jitter: 40 })
    expect(refused).toBe(0)
    expect(utilisation).toBeGreaterThanOrEqual(0.95)
  })

  it.each(servers)('are all taken by a server that %s, when timers ring up to 4 ms late as well', (_, make) => {
    const { refused, utilisation } = sendTo(make(quota), { random: seededRandom(seed), timerLag: 4 })
    expect(refused).toBe(0)
    expect(utilisation).toBeGreaterThanOrEqual(0.97)
  })
})

describe.each([1, 2, 3])('600 requests with strict pacing, with seed %d,', (seed) => {
  it('are all taken by an nginx without any burst, at 70 % of the rate: each waits for the response to the last', () => {
    const { refused, utilisation } = sendTo(nginx(0)(quota), { random: seededRandom(seed), isStrict: true })
    expect(refused).toBe(0)
    expect(utilisation).toBeGreaterThanOrEqual(0.7)
  })

  it('are all taken by it when their way takes up to 40 ms longer for some', () => {
    const strict = { random: seededRandom(seed), jitter: 40, isStrict: true }
    expect(sendTo(nginx(0)(quota), strict).refused).toBe(0)
  })

  it('are refused by it with smooth pacing', () => {
    expect(sendTo(nginx(0)(quota), { random: seededRandom(seed) }).refused).toBeGreaterThan(0)
  })
})

describe('a sender that is a tenth too fast', () => {
  it.each(servers)('is refused now and then by a server that %s', (_, make) => {
    const server = make(quota)
    let refused = 0
    for (let sent = 0; sent < sends; sent++) if (!server((sent * 1_000) / 55)) refused++
    expect(refused).toBeGreaterThan(0)
  })
})

interface Sending {
  readonly random: Random
  /** @default 0 */
  readonly timerLag?: number
  /** Maximum excess over the shortest delay, in each direction. @default 5 */
  readonly jitter?: number
  readonly isStrict?: boolean
}

/** Sends at the earliest allowed times. Each takes 20 ms plus a random time each way, and may overtake others. */
function sendTo(server: Server, { random, timerLag = 0, jitter = 5, isStrict = false }: Sending) {
  const ledger = new PacedLedger(quota, isStrict)
  const arrivals: number[] = []
  const underWay: { readonly sent: Sent; readonly answeredAt: number }[] = []
  let now = 0
  for (let index = 0; index < sends; index++) {
    let earliest = ledger.earliest(now, 1)
    underWay.sort((a, b) => a.answeredAt - b.answeredAt)
    while (underWay.length > 0 && underWay[0]!.answeredAt <= earliest) {
      const { sent, answeredAt } = underWay.shift()!
      ledger.answered(sent, answeredAt - sent.at)
      earliest = ledger.earliest(Math.max(now, answeredAt), 1)
    }
    now = earliest > now ? earliest + random() * timerLag : earliest
    const arrival = now + random() * jitter
    arrivals.push(arrival)
    underWay.push({ sent: ledger.take(now, 1), answeredAt: arrival + 20 + random() * jitter })
  }
  const refused = arrivals.toSorted((a, b) => a - b).filter((at) => !server(at)).length
  return { refused, utilisation: (sends - 1) / ((now * quota.count) / quota.per) }
}
