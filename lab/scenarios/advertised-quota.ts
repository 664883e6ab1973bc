import type { Dialect, LimitSpec } from '@sluice/simulator'
import { lan } from '../network.ts'
import type { Family, Figure, Scenario } from '../scenario.ts'
import { oneServer } from '../servers.ts'
import { items, runTrial } from '../trial.ts'

/** Windows that are measured, after the first two. */
const windows = 8
const competing = 0.3

interface Advertised {
  readonly dialect: Dialect
  readonly kind: 'fixed' | 'sliding' | 'token'
  readonly quota: number
  readonly window: number
}

const minute = { quota: 120, window: 60_000 }
const second = { quota: 50, window: 1_000 }
const quotas: readonly Advertised[] = [
  { dialect: 'ietf', kind: 'fixed', ...minute },
  { dialect: 'ietf', kind: 'sliding', ...minute },
  { dialect: 'ietf', kind: 'token', ...minute },
  { dialect: 'ietf-legacy', kind: 'fixed', ...minute },
  { dialect: 'ietf-legacy', kind: 'sliding', ...minute },
  { dialect: 'github', kind: 'fixed', ...minute },
  { dialect: 'github', kind: 'sliding', ...minute },
  { dialect: 'openai', kind: 'fixed', ...minute },
  { dialect: 'openai', kind: 'token', ...minute },
  { dialect: 'ietf', kind: 'fixed', ...second },
  { dialect: 'ietf', kind: 'sliding', ...second },
  { dialect: 'openai', kind: 'token', ...second },
]

export const advertisedQuota: Family = {
  name: 'advertised',
  title: 'An advertised quota',
  about: `No rate is set; every response states the limit in one variant of quota headers. 20 in flight on a LAN, a response takes 100 ms, starting at a random moment of a window. Used: successes in ${windows} whole windows after the first two, as a share of the remaining quota. The competitor requests ${competing * 100} % of the quota, evenly, and no header reveals it.`,
  scenarios: quotas.flatMap((one) => [scenarioOf(one, 0), scenarioOf(one, competing)]),
}

function scenarioOf({ dialect, kind, quota, window }: Advertised, competitor: number): Scenario {
  const limit: LimitSpec = { kind, quota, window }
  // One request is 3 % of what others leave of 50 per second.
  const isUsed = !(kind === 'fixed' && window === second.window && competitor > 0)
  const figures: readonly Figure[] = [
    { name: 'used of what is left', target: { atLeast: 97 }, unit: '%', held: isUsed },
    { name: 'share of 429', target: { atMost: 0.5 }, unit: '%', held: true },
    { name: 'lost', target: { atMost: 0 }, held: true },
  ]
  const alone = competitor === 0 ? 'alone' : 'with a competitor'
  return {
    name: `advertised/${dialect}, ${kind} ${quota}/${window / 1_000}s, ${alone}`,
    figures,
    async run(seed, listen) {
      const plan = {
        server: oneServer({ latency: 100, limit, headers: dialect, competitor }),
        network: lan,
        client: { concurrency: 20 },
        requests: items(),
        bulk: { maxTime: (windows + 3) * window, readAhead: 1_000 },
        upTo: window,
      }
      const { arrivals, lost } = await runTrial(plan, seed, listen)
      const left = windows * quota * (1 - competitor)
      const used = arrivals.usedBetween(2 * window, (2 + windows) * window, left)
      return [100 * used, 100 * arrivals.share(429), lost]
    },
  }
}
