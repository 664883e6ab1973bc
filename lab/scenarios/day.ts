import type { Family, Scenario } from '../scenario.ts'
import { oneServer } from '../servers.ts'
import { items, type Moment, runTrial } from '../trial.ts'

const hour = 3_600_000
const dayLength = 24 * hour
const itemCount = 6_000
const perDay = 5_000

export const day: Family = {
  name: 'day',
  title: 'A day',
  about: `${itemCount.toLocaleString('en')} items with \`rate: ['10/s', '5000/day']\` against a server that enforces both with sliding logs, 20 in flight, a response takes 100 ms. Floor: a day for the first 5,000, then the rest at 10/s. With clock jumps, the date moves by up to three hours either way every hour; the monotonic clock does not.`,
  scenarios: [scenarioOf('steady clock', false), scenarioOf('clock jumps', true)],
}

function scenarioOf(name: string, jumps: boolean): Scenario {
  return {
    name: `day/${name}`,
    figures: [
      { name: 'lost', target: { atMost: 0 }, held: true },
      { name: '429', target: { atMost: 0 }, held: true },
      { name: 'most in 24 h', target: { atMost: perDay }, held: true },
      { name: 'wall, of the floor', target: { atMost: 1.001 }, unit: 'x', held: true },
      { name: 'the simulation takes', target: 'shown only', unit: 's', isReal: true },
    ],
    async run(seed, listen) {
      const begun = performance.now()
      const plan = {
        server: oneServer({ latency: 100, limit: ['sliding:10/s', `sliding:${perDay}/day`] }),
        client: { concurrency: 20, rate: ['10/s', `${perDay}/day`] },
        requests: items(itemCount),
        ...(jumps ? { tick: { every: hour, call: jump } } : undefined),
      }
      const { lost, wall, arrivals } = await runTrial(plan, seed, listen)
      const floor = dayLength + (itemCount - perDay) * 100
      const refused = arrivals.withStatus(429).length
      const real = (performance.now() - begun) / 1_000
      return [lost, refused, arrivals.busiest(dayLength), wall / floor, real]
    },
  }
}

function jump({ clock, random }: Moment): void {
  clock.setWallTime(clock.wallTime() + (random() * 6 - 3) * hour)
}
