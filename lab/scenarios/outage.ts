import type { ClientOptions } from 'sluice'
import { busiest } from '../arrivals.ts'
import type { Family, Figure, Scenario } from '../scenario.ts'
import { oneServer } from '../servers.ts'
import { items, runTrial } from '../trial.ts'

const itemCount = 10_000

interface Dead {
  readonly name: string
  readonly how: '503' | 'reset'
  /** Milliseconds since the client began. */
  readonly from: number
  readonly to: number
  readonly client?: ClientOptions
}

const dead: readonly Dead[] = [
  { name: 'reset for 3 min', how: 'reset', from: 10_000, to: 190_000 },
  { name: '503 for 3 min', how: '503', from: 10_000, to: 190_000 },
  { name: '503 for 5 s', how: '503', from: 10_000, to: 15_000 },
  { name: '503 for 20 min, waited for', how: '503', from: 10_000, to: 1_210_000, client: { giveUpAfter: '30min' } },
]

export const outage: Family = {
  name: 'outage',
  title: 'An outage of the server',
  about: `${itemCount.toLocaleString('en')} items, 20 in flight, a response takes 100 ms: 50 s of work, and the server fails after 10 s. Five attempts are allowed. Sent into the outage: arrivals per minute after its first 10 s; their busiest second shows whether the open breaker lets more than a few probes pass. Recovery: from the end of the outage to the first success.`,
  scenarios: [...dead.map(scenarioOf), deadForGood()],
}

const retry = { maxAttempts: 5 }

function scenarioOf({ name, how, from, to, client }: Dead): Scenario {
  const figures: readonly Figure[] = [
    { name: 'lost', target: { atMost: 0 }, held: true },
    { name: 'requests per item', target: { atMost: 1.2 }, held: true },
    { name: 'first success after it is back', target: { atMost: 72 }, unit: 's', held: true },
    { name: 'sent into the outage per minute', target: { atMost: 12 }, held: true },
    { name: 'of these in the busiest second', target: { atMost: 3 }, held: true },
  ]
  return {
    name: `outage/${name}`,
    figures: figures.slice(0, to - from > 10_000 ? undefined : 3),
    async run(seed, listen) {
      const plan = {
        server: oneServer({ latency: 100, outages: { from, to, how } }),
        client: { concurrency: 20, retry, ...client },
        requests: items(itemCount),
      }
      const { arrivals, succeeded } = await runTrial(plan, seed, listen)
      const back = succeeded.find(({ at }) => at >= to)?.at ?? Number.POSITIVE_INFINITY
      const into = arrivals.between(from + 10_000, to)
      const minutes = (to - from - 10_000) / 60_000
      return [
        itemCount - succeeded.length,
        arrivals.count / itemCount,
        (back - to) / 1_000,
        into.length / minutes,
        busiest(into, 1_000),
      ]
    },
  }
}

/** Never there: the run has to end by itself, and to say so for every item. */
function deadForGood(): Scenario {
  const scenario = { latency: 100, outages: { from: 0, to: '10h', how: 'reset' as const } }
  return {
    name: 'outage/dead from the start',
    figures: [
      { name: 'items not accounted for', target: { atMost: 0 }, held: true },
      { name: 'requests per item', target: { atMost: 1.2 }, held: true },
      { name: 'time until it gives up', target: { atMost: 420 }, unit: 's', held: true },
    ],
    async run(seed, listen) {
      const plan = {
        server: oneServer(scenario),
        client: { concurrency: 20, retry },
        requests: items(itemCount),
      }
      const { arrivals, lost, unfinished, wall } = await runTrial(plan, seed, listen)
      return [itemCount - lost - unfinished, arrivals.count / itemCount, wall / 1_000]
    },
  }
}
