import type { ScenarioOptions } from '@sluice/simulator'
import type { ClientOptions } from 'sluice'
import { type Arrivals, busiest } from '../arrivals.ts'
import type { Family, Figure, Scenario } from '../scenario.ts'
import { oneServer } from '../servers.ts'
import { items, runTrial } from '../trial.ts'

const itemCount = 500
const service = 20

interface Herd {
  readonly name: string
  readonly quota: number
  readonly window: number
  readonly retryAfter: 'seconds' | 'date' | 'none'
  /** True if the client starts at a random time within a window. */
  readonly anyPhase?: boolean
  readonly client?: ClientOptions
  /** The figures whose targets are kept. */
  readonly held: readonly string[]
}

const calm = ['lost', 'the same after the first refusal']
const all = [...calm, 'requests per item', 'wall, of the floor']

const herds: readonly Herd[] = [
  { name: 'herd/seconds', quota: 50, window: 1_000, retryAfter: 'seconds', held: all },
  { name: 'herd/seconds, any phase', quota: 50, window: 1_000, retryAfter: 'seconds', anyPhase: true, held: all },
  {
    name: 'herd/date',
    quota: 50,
    window: 1_000,
    retryAfter: 'date',
    anyPhase: true,
    held: [...calm, 'requests per item'],
  },
  {
    name: 'herd/30 s, own cap 1 s',
    quota: 50,
    window: 30_000,
    retryAfter: 'seconds',
    client: { retry: { base: '100ms', cap: '1s' } },
    held: all,
  },
  { name: 'herd/bare 429', quota: 50, window: 1_000, retryAfter: 'none', held: all },
  { name: 'herd/bare 429, any phase', quota: 50, window: 1_000, retryAfter: 'none', anyPhase: true, held: all },
]

export const herd: Family = {
  name: 'herd',
  title: 'A limit known only from 429s',
  about: `${itemCount} items, 100 in flight, a response takes ${service} ms. The server allows 50 in each fixed window (1 s, or 30 s where stated) and reveals this only by 429s. The floor sends 50 at once, and 50 more after each window. Until the first refusal the limit is unknown, and 100 calls have been sent by then. Therefore the target for the peak in 50 ms applies only after it.`,
  scenarios: herds.map(scenarioOf),
}

function scenarioOf({ name, quota, window, retryAfter, anyPhase, client, held }: Herd): Scenario {
  const server: ScenarioOptions = {
    latency: service,
    limit: { kind: 'fixed', quota, window },
    refusal: { retryAfter },
  }
  const figures: readonly Figure[] = [
    { name: 'lost', target: { atMost: 0 } },
    { name: 'requests per item', target: { atMost: 1.1 } },
    { name: 'wall, of the floor', target: { atMost: 1.05 }, unit: 'x' },
    { name: 'most in one window', target: 'shown only' },
    { name: 'peak in 50 ms', target: 'shown only' },
    { name: 'the same after the first refusal', target: { atMost: quota } },
  ]
  return {
    name,
    figures: figures.map((figure) => ({ ...figure, held: held.includes(figure.name) })),
    async run(seed, listen) {
      const plan = {
        server: oneServer(server),
        client: { concurrency: 100, ...client },
        requests: items(itemCount),
        upTo: anyPhase === true ? window : 0,
      }
      const { wall, lost, arrivals } = await runTrial(plan, seed, listen)
      const floor = (Math.ceil(itemCount / quota) - 1) * window + service
      return [
        lost,
        arrivals.count / itemCount,
        wall / floor,
        arrivals.busiestWindow(window),
        arrivals.busiest(50),
        busiestAfterRefusal(arrivals),
      ]
    },
  }
}

/** Peak of arrivals in 50 ms after the first refusal. */
function busiestAfterRefusal(arrivals: Arrivals): number {
  const refusal = arrivals.withStatus(429)[0]
  return refusal === undefined ? 0 : busiest(arrivals.between(refusal.at + 1, Number.POSITIVE_INFINITY), 50)
}
