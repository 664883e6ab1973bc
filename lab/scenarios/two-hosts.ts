import type { Family, Scenario } from '../scenario.ts'
import { hosts } from '../servers.ts'
import { items, type Plan, runTrial, type Trial } from '../trial.ts'

const slow = 'https://slow.test'
const fast = 'https://fast.test'

export const twoHosts: Family = {
  name: 'hosts',
  title: 'A slow host and a fast one',
  about:
    'Two hosts, 1/s and 50/s in sliding windows, 60 and 3,000 items, 20 in flight, a response takes 50 ms; they state their limits by 429 with `Retry-After`, or in headers. Floor: the items of a host at its rate. In the scenarios with a paused host, that host accepts ten requests a minute and refuses the rest with 429. The other one answers everything in 50 ms, with 10 in flight; its floor is the time that it would take alone.',
  scenarios: [
    twoRates('interleaved, refusals', mixed, 'none'),
    twoRates('slow first, refusals', slowFirst, 'none'),
    twoRates('interleaved, headers', mixed, 'ietf'),
    twoRates('slow first, headers', slowFirst, 'ietf'),
    pausedHost({ name: 'its items first', itemsFirst: 100 }),
    pausedHost({ name: '5,000 of its items first', itemsFirst: 5_000, bulk: { maxTime: '5min' } }),
    boundedReadAhead(),
  ],
}

const slowItems = 60
const fastItems = 3_000

function mixed(): string[] {
  const slowOnes = [...items(slowItems, slow)]
  return [...items(fastItems, fast)].flatMap((url, index) => (index % 50 === 0 ? [slowOnes[index / 50]!, url] : [url]))
}

function slowFirst(): string[] {
  return [...items(slowItems, slow), ...items(fastItems, fast)]
}

/** Seconds until the last success of a host. */
function lastOf({ succeeded }: Trial, origin: string): number {
  return (succeeded.findLast(({ url }) => url.startsWith(origin))?.at ?? Number.POSITIVE_INFINITY) / 1_000
}

function twoRates(name: string, requests: () => string[], headers: 'none' | 'ietf'): Scenario {
  return {
    name: `hosts/${name}`,
    figures: [
      { name: 'lost', target: { atMost: 0 }, held: true },
      { name: 'fast host, of its floor', target: { atMost: 1.05 }, unit: 'x', held: true },
      { name: 'slow host, of its floor', target: { atMost: 1.05 }, unit: 'x', held: true },
      { name: 'requests per item', target: { atMost: 1.1 }, held: true },
    ],
    async run(seed, listen) {
      const plan = {
        server: hosts({
          [slow]: { latency: 50, limit: 'sliding:1/s', headers },
          [fast]: { latency: 50, limit: 'sliding:50/s', headers },
        }),
        client: { concurrency: 20 },
        requests: requests(),
        upTo: 1_000,
      }
      const trial = await runTrial(plan, seed, listen)
      const requestsPerItem = trial.arrivals.count / (slowItems + fastItems)
      const floor = { fast: fastItems / 50, slow: slowItems }
      return [trial.lost, lastOf(trial, fast) / floor.fast, lastOf(trial, slow) / floor.slow, requestsPerItem]
    },
  }
}

const paused = { latency: 50, limit: 'fixed:10/min' } as const

interface PausedHost {
  readonly name: string
  readonly itemsFirst: number
  /** Items that are left undone when its time is up are not lost. */
  readonly bulk?: Plan['bulk']
}

function pausedHost({ name, itemsFirst, bulk }: PausedHost): Scenario {
  return {
    name: `hosts/one paused, ${name}`,
    figures: [
      { name: 'lost', target: { atMost: 0 }, held: true },
      { name: 'the other host, of its floor', target: { atMost: 1.05 }, unit: 'x', held: true },
    ],
    async run(seed, listen) {
      const plan = {
        server: hosts({ [slow]: paused, [fast]: { latency: 50 } }),
        client: { concurrency: 10 },
        requests: [...items(itemsFirst, slow), ...items(4_000, fast)],
        bulk,
        upTo: 60_000,
      }
      const trial = await runTrial(plan, seed, listen)
      return [trial.lost, lastOf(trial, fast) / (4_000 * 0.005)]
    },
  }
}

function boundedReadAhead(): Scenario {
  const readAhead = 500
  return {
    name: 'hosts/one paused, no end of its items',
    figures: [{ name: 'read and not done', target: { atMost: readAhead + 10 }, held: true }],
    async run(seed, listen) {
      const read = { items: 0 }
      const plan = {
        server: hosts({ [slow]: paused, [fast]: { latency: 50 } }),
        client: { concurrency: 10 },
        requests: countedBy(read, items(100_000, slow)),
        bulk: { readAhead, maxTime: '5min' as const },
        upTo: 60_000,
      }
      const { succeeded } = await runTrial(plan, seed, listen)
      return [read.items - succeeded.length]
    },
  }
}

function* countedBy(read: { items: number }, requests: Iterable<string>): Iterable<string> {
  for (const request of requests) {
    read.items++
    yield request
  }
}
