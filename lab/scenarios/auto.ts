import type { ScenarioOptions } from '@sluice/simulator'
import { type Path, steadyPath } from '../network.ts'
import type { Family, Figure, Measured, Scenario } from '../scenario.ts'
import { oneServer, steps } from '../servers.ts'
import { type Best, bestFixed, perSecond, timeToReach } from '../sweep.ts'
import { items, runTrial } from '../trial.ts'

interface Model {
  readonly name: string
  readonly network: Path
  readonly server: ScenarioOptions
  /** Server from `stepAt` on. */
  readonly later?: ScenarioOptions
  /** Where one in flight is too many already, the limit itself is the yardstick. */
  readonly best?: Best
  /** True if some seeds miss the targets. */
  readonly isFinding?: boolean
}

/** The log-normal law with the median and the 99th percentile of the exponential one. */
const aboutExponential = (mean: number): string => `lognormal:p50=${Math.LN2 * mean}ms,p99=${4.6 * mean}ms`

const models: readonly Model[] = [
  {
    name: '8 workers, short queue',
    network: steadyPath(20),
    server: { capacity: '8,queue=8', latency: 'uniform:90ms-110ms' },
  },
  {
    name: '8 workers, endless queue, uneven',
    network: steadyPath(20),
    server: { capacity: 8, latency: aboutExponential(100) },
  },
  {
    name: '4 workers, no queue, uneven',
    network: steadyPath(20),
    server: { capacity: '4,queue=0', latency: aboutExponential(100) },
  },
  {
    name: '32 workers, endless queue, far',
    network: steadyPath(100),
    server: { capacity: 32, latency: aboutExponential(200) },
  },
  {
    name: '8 workers, endless queue',
    network: steadyPath(1),
    server: { capacity: 8, latency: 'uniform:90ms-110ms' },
  },
  {
    name: '100 workers, endless queue',
    network: steadyPath(2),
    server: { capacity: 100, latency: aboutExponential(200) },
  },
  { name: '2 workers', network: steadyPath(5), server: { capacity: 2, latency: 'uniform:90ms-110ms' } },
  {
    name: '8 workers, slow at first',
    network: steadyPath(20),
    server: { capacity: 8, latency: 'uniform:450ms-550ms' },
    later: { capacity: 8, latency: 'uniform:90ms-110ms' },
  },
  {
    name: '8 workers, 4 in 100 fail',
    network: steadyPath(20),
    server: { capacity: 8, latency: aboutExponential(100), faults: '500:4%' },
  },
  {
    name: '64 workers, 4 in 100 fail',
    network: steadyPath(20),
    server: { capacity: 64, latency: 'uniform:90ms-110ms', faults: '500:4%' },
  },
  {
    name: '32 workers of a second, 2 in 100 fail',
    network: steadyPath(20),
    server: { capacity: 32, latency: aboutExponential(1_000), faults: '500:2%' },
    isFinding: true,
  },
  { name: 'one worker', network: steadyPath(5), server: { capacity: 1, latency: 'uniform:45ms-55ms' } },
  { name: 'noisy tail', network: steadyPath(20), server: { capacity: '16,queue=32', latency: 'tail:80ms,1%=2s' } },
  {
    name: '10 at once, else 429',
    network: steadyPath(20),
    server: { limit: 'concurrent:10', latency: 100, refusal: { retryAfter: 'none' } },
  },
  {
    name: '50/s by bare 429',
    network: steadyPath(20),
    server: { limit: 'token:50/s,burst=10', latency: 50, refusal: { retryAfter: 'none' } },
  },
  {
    name: '50/s by bare 429, near',
    network: steadyPath(1),
    server: { limit: 'token:50/s,burst=10', latency: 2, refusal: { retryAfter: 'none' } },
    best: { level: 1, rate: 50, smallest: 1 },
  },
  {
    name: 'step down, 24 to 6 workers',
    network: steadyPath(20),
    server: { capacity: '24,queue=24', latency: 'uniform:90ms-110ms' },
    later: { capacity: '6,queue=6', latency: 'uniform:90ms-110ms' },
  },
  {
    name: 'step up, 6 to 24 workers',
    network: steadyPath(20),
    server: { capacity: '6,queue=6', latency: 'uniform:90ms-110ms' },
    later: { capacity: '24,queue=24', latency: 'uniform:90ms-110ms' },
  },
  {
    name: 'step, answers take 4 times as long',
    network: steadyPath(20),
    server: { capacity: 12, latency: aboutExponential(50) },
    later: { capacity: 12, latency: aboutExponential(200) },
  },
]

/** Milliseconds. */
const settled = 30_000
const stepAt = 60_000
const length = 60_000
/** How long the rate has to hold to count as reached. */
const span = 5_000

export const auto: Family = {
  name: 'auto',
  title: 'Automatic concurrency',
  about: `\`concurrency: 'auto'\` with all other options at their defaults, and an endless list of calls. The reference is the best fixed concurrency for the same model. It is found by trying each one without breaker and learning, as long as at most one response in twenty is an error (not counting errors at a concurrency of one). If a concurrency of one already exceeds the limit, the reference is the limit. Share of the best: successes between ${settled / 1_000} and ${length / 1_000} s (after a step, as long after it). Time to 90 %: from the start, or from the step, until the first ${span / 1_000} s at 90 % of the best. Errors: responses other than 200 per success, over the whole run. In flight: the mean over the same 30 s as the share, as a multiple of the lowest fixed concurrency with 97 % of the best.`,
  scenarios: [...models.map(scenarioOf), fastFailures()],
}

function scenarioOf({ name, network, server, later, best: known, isFinding = false }: Model): Scenario {
  const isStep = later !== undefined
  const start = isStep ? stepAt : 0
  /** Nothing but round trips tells when the server is busy. */
  const isKnee = typeof server.capacity === 'number' && server.capacity > 1
  const figures: readonly Figure[] = [
    { name: 'share of the best', target: { atLeast: 90 }, unit: '%', held: !isFinding },
    {
      name: isStep ? 'time to 90 % after the step' : 'time to 90 %',
      target: { atMost: 30 },
      unit: 's',
      held: !isFinding,
    },
    { name: 'errors per success', target: 'shown only', unit: '%' },
    { name: 'most in flight', target: 'shown only' },
    { name: 'best fixed number', target: 'shown only' },
    { name: 'in flight, of the fewest for 97 %', target: { atMost: 1.3 }, unit: 'x', held: isKnee },
  ]
  return {
    name: `auto/${name}`,
    figures,
    async run(seed, listen): Promise<Measured> {
      const best = known ?? (await bestFixed(name, oneServer(later ?? server), network))
      let most = 0
      const inFlight: number[] = []
      const plan = {
        server: isStep
          ? steps([
              { from: 0, server },
              { from: stepAt, server: later },
            ])
          : oneServer(server),
        network,
        client: { concurrency: 'auto' as const },
        requests: items(),
        bulk: { maxTime: start + length, readAhead: 1_000 },
        tick: {
          every: 250,
          call: ({ at, client }: { at: number; client: { status(): { inFlight: number } } }) => {
            most = Math.max(most, client.status().inFlight)
            if (at >= start + settled) inFlight.push(client.status().inFlight)
          },
        },
      }
      const trial = await runTrial(plan, seed, listen)
      const share = perSecond(trial, start + settled, start + length) / best.rate
      const time = timeToReach(trial, best.rate * 0.9, start, start + length, span)
      const errors = trial.arrivals.count - trial.arrivals.withStatus(200).length
      const figure = (100 * errors) / Math.max(1, trial.succeeded.length)
      const mean = inFlight.reduce((total, count) => total + count, 0) / inFlight.length
      return [100 * share, time / 1_000, figure, most, best.level, mean / best.smallest]
    },
  }
}

/** A server that fails at once is quick, and must not look like one that could take more. */
function fastFailures(): Scenario {
  const server: ScenarioOptions = { capacity: 8, latency: 'uniform:90ms-110ms', outages: '30s-60s' }
  return {
    name: 'auto/fast failures',
    figures: [{ name: 'most in flight while it fails, of before', target: { atMost: 1 }, unit: 'x', held: true }],
    async run(seed, listen) {
      const most = { before: 0, during: 0 }
      const plan = {
        server: oneServer(server),
        network: steadyPath(20),
        client: { concurrency: 'auto' as const },
        requests: items(),
        bulk: { maxTime: 60_000, readAhead: 1_000 },
        tick: {
          every: 50,
          call: ({ at, client }: { at: number; client: { status(): { inFlight: number } } }) => {
            const part = at < 30_000 ? 'before' : 'during'
            most[part] = Math.max(most[part], client.status().inFlight)
          },
        },
      }
      await runTrial(plan, seed, listen)
      return [most.during / most.before]
    },
  }
}
