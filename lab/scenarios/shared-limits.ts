import { createSimulator, simulatorTransport } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient } from 'sluice'
import { seededRandom } from 'sluice/internal'
import { ManualClock, MemorySharedLimits } from 'sluice/testing'
import type { Transport } from 'sluice/transport'
import { busiest } from '../arrivals.ts'
import type { Family, Figure, Measured, Scenario } from '../scenario.ts'
import { items } from '../trial.ts'

const workerCount = 100
const service = 100

interface Crowd {
  readonly limit: string
  readonly client: ClientOptions
  /** Requests a second that the limit allows. */
  readonly perSecond: number
  /** At the server at once. */
  readonly places?: number
  /** Milliseconds of a round trip to the database. */
  readonly roundTrip: number
  /** Milliseconds before it is measured, and while it is. */
  readonly warmUp: number
  readonly measured: number
}

const slow = { limit: '10/s', client: { rate: '10/s' }, perSecond: 10, warmUp: 2_000, measured: 20_000 }
const middling = { limit: '100/s', client: { rate: '100/s' }, perSecond: 100, warmUp: 3_000, measured: 8_000 }
const fast = {
  limit: '5,000/s',
  client: { rate: '5000/s', concurrency: 10_000 },
  perSecond: 5_000,
  warmUp: 2_500,
  measured: 2_000,
}
const crowded = {
  limit: '100 places',
  client: { concurrency: 100 },
  perSecond: (100 * 1_000) / service,
  places: 100,
  warmUp: 4_000,
  measured: 4_000,
}

export const sharedLimits: Family = {
  name: 'shared',
  title: 'A hundred workers that share a limit',
  about: `${workerCount} clients that share only their limits, over a modelled network: each message takes between half and one and a half of its share of the round trip. All have more work than the limit allows; a response takes ${service} ms. "Used" is the share of the limit that is used, once the workers know of each other. Round trips are all queries of all workers to the database: for rates, for concurrency, and for signals, which each worker reads twice a second.`,
  scenarios: [1, 20].flatMap((roundTrip) =>
    [slow, middling, fast, crowded].map((crowd) => scenarioOf({ ...crowd, roundTrip })),
  ),
}

function scenarioOf(crowd: Crowd): Scenario {
  const { limit, perSecond, places, roundTrip } = crowd
  const most: Figure =
    places === undefined
      ? { name: 'most in a second', target: { atMost: perSecond + 1 }, held: true }
      : { name: 'most at once', target: { atMost: places }, held: true }
  return {
    name: `shared/${workerCount} workers, ${limit}, ${roundTrip} ms`,
    figures: [
      { name: 'used', target: { atLeast: 0.92 }, unit: 'x', held: true },
      most,
      { name: 'round trips a second', target: 'shown only' },
      { name: 'least served, of the mean', target: 'shown only', unit: 'x' },
      { name: 'most served, of the mean', target: 'shown only', unit: 'x' },
    ],
    run: (seed) => measure(crowd, seed),
  }
}

async function measure(
  { client, perSecond, places, roundTrip, warmUp, measured }: Crowd,
  seed: number,
): Promise<Measured> {
  const clock = new ManualClock()
  const random = seededRandom(seed)
  const limits = new MemorySharedLimits({ clock, way: () => (roundTrip / 2) * (0.5 + random()) })
  const simulator = createSimulator({ latency: service }, { clock, random: seededRandom(seed + 1_000) })
  const arrivals: { at: number; worker: number }[] = []
  const clients: Client[] = []
  const shared = Array.from({ length: workerCount }, (_, worker) => limits.join(`worker ${worker}`))
  let isOver = false
  const work = shared.map(async (sharedLimits, worker) => {
    const transport = watched(simulatorTransport(simulator), () => arrivals.push({ at: clock.now(), worker }))
    const made = createClient({ concurrency: 1_000, ...client, transport, clock, random, sharedLimits })
    clients.push(made)
    const endless = function* () {
      for (const item of items()) {
        if (isOver) return
        yield item
      }
    }
    for await (const _ of made.stream(endless(), { readAhead: 1 })) if (isOver) break
  })
  await clock.advance(warmUp)
  const tripsBefore = limits.roundTrips
  await clock.advance(measured)
  const trips = limits.roundTrips - tripsBefore
  isOver = true
  for (const each of [...clients, ...shared]) await clock.runUntilSettled(each.close())
  await Promise.all(work)

  const counted = arrivals.filter(({ at }) => at >= warmUp && at < warmUp + measured)
  const served = Array.from({ length: workerCount }, () => 0)
  for (const { worker } of counted) served[worker]!++
  const mean = counted.length / workerCount
  return [
    (counted.length * 1_000) / measured / perSecond,
    places === undefined ? busiest(arrivals, 1_000) : simulator.stats().largestAtOnce,
    (trips * 1_000) / measured,
    Math.min(...served) / mean,
    Math.max(...served) / mean,
  ]
}

function watched(inner: Transport, onSend: () => void): Transport {
  return {
    send: (request, exchange) => {
      onSend()
      return inner.send(request, exchange)
    },
    close: () => inner.close(),
  }
}
