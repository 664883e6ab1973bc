import type { LimitSpec } from '@sluice/simulator'
import { lan, type Path, wan } from '../network.ts'
import type { Family, Figure, Scenario } from '../scenario.ts'
import { oneServer } from '../servers.ts'
import { items, runTrial } from '../trial.ts'

const calls = 1_000
const service = 20

interface Quota {
  readonly text: string
  readonly quota: number
  readonly window: number
}

const quotas: readonly Quota[] = [
  { text: '100/s', quota: 100, window: 1_000 },
  { text: '10/s', quota: 10, window: 1_000 },
  { text: '50/60s', quota: 50, window: 60_000 },
]

interface Kind {
  readonly name: string
  readonly limit: (quota: Quota) => LimitSpec
}

const kinds: readonly Kind[] = [
  { name: 'fixed window', limit: ({ quota, window }) => ({ kind: 'fixed', quota, window }) },
  { name: 'sliding log', limit: ({ quota, window }) => ({ kind: 'sliding', quota, window }) },
  { name: 'bucket of N', limit: ({ quota, window }) => ({ kind: 'token', quota, window, burst: quota }) },
  { name: 'bucket of N/10', limit: ({ quota, window }) => ({ kind: 'token', quota, window, burst: quota / 10 }) },
  { name: 'nginx, burst 5', limit: ({ quota, window }) => ({ kind: 'leaky', quota, window, burst: 5 }) },
  { name: 'nginx, burst 0', limit: ({ quota, window }) => ({ kind: 'leaky', quota, window, burst: 0 }) },
]

export const knownQuota: Family = {
  name: 'known',
  title: 'A configured rate',
  about: `${calls} calls with the \`rate\` of the server's limit, starting at a random moment of a window. Used: calls per time from the first arrival to the last, as a share of the quota. If a server refuses every early request (nginx with burst 0, a bucket of one), a client that does not wait for each response can use only 1 / (1 + rate x jitter). For such servers, \`pacing: 'strict'\` is measured, and "used" is a share of that part. LAN: 0.5 ms and Exp(0.5) up to 3 ms each way; WAN: 20 ms and Exp(5) up to 50 ms. Strict pacing assumes a jitter of up to five times the mean: 5 ms on this LAN, whose maximum is 3; one request in 40,000 exceeds it. With 3.4 times the mean, 96 % of the usable part is used, but up to 2 of 1,000 requests are refused on the WAN. Therefore the target of 100/s is missed.`,
  scenarios: [lan, wan].flatMap((path) =>
    quotas.flatMap((quota) => kinds.map((kind) => scenarioOf(kind, quota, path))),
  ),
}

function scenarioOf(kind: Kind, quota: Quota, path: Path): Scenario {
  const limit = kind.limit(quota)
  const isStrict = limit.burst === 0 || (limit.kind === 'token' && limit.burst === 1)
  const perSecond = (quota.quota / quota.window) * 1_000
  // The clock of nginx has whole milliseconds: up to one more between two requests.
  const jitter = path.cap + (limit.kind === 'leaky' ? 1 : 0)
  const possible = isStrict ? 1 / (1 + (perSecond * jitter) / 1_000) : 1
  const isUseHeld = !(isStrict && path === lan && quota.quota === 100)
  const figures: readonly Figure[] = [
    { name: 'used', target: { atLeast: leastUsed(isStrict, quota, path) }, unit: '%', held: isUseHeld },
    { name: '429', target: { atMost: 0 }, held: true },
  ]
  return {
    name: `known/${path.name}, ${quota.text}, ${kind.name}`,
    figures,
    async run(seed, listen) {
      const plan = {
        server: oneServer({ latency: service, limit }),
        network: path,
        client: {
          concurrency: 100,
          rate: { count: quota.quota, per: quota.window },
          ...(isStrict ? { pacing: 'strict' as const } : undefined),
        },
        requests: items(calls),
        upTo: quota.window,
      }
      const { arrivals } = await runTrial(plan, seed, listen)
      return [(100 * arrivals.used(perSecond)) / possible, arrivals.withStatus(429).length]
    },
  }
}

/** On a WAN, jitter is several per cent of a second: the best figures without a refusal known from research. */
function leastUsed(isStrict: boolean, { quota, window }: Quota, path: Path): number {
  if (isStrict) return 95
  if (path === lan || window > 1_000) return 99
  return quota === 100 ? 97 : 98
}
