import { faultNames, type ScenarioOptions } from '@sluice/simulator'
import type { Draw } from './draw.ts'

/** Faults that are not tested, because they lead to other hosts. */
const excluded: ReadonlySet<string> = new Set(['redirect-away'])

const faults = [
  ...faultNames.filter((name) => !excluded.has(name)),
  '429',
  '500',
  '503',
  '404',
  'rst=NO_ERROR',
  'rst=REFUSED_STREAM',
  'rst-body=NO_ERROR',
  'goaway=ENHANCE_YOUR_CALM',
  'interim=100',
  'interim=102',
  'doubled-headers=different',
  'doubled-length=different',
  'bad-length=5;5',
  'body-anyway=304',
  'lying-encoding=br',
  'lying-encoding=none',
  'truncated=0',
  'nested=50000',
  'huge-head=20000',
] as const

/** A mostly healthy server with a few random faults. */
export function drawScenario(draw: Draw, protocol: string): ScenarioOptions {
  const mean = draw.int(0, 6)
  const own = new Set(Array.from({ length: mean }, () => draw.pick<string>(faults)))
  return {
    latency: draw.pick(['0ms', '0ms', '1ms', 'uniform:0ms-10ms', 'tail:2ms,5%=60ms']),
    ...draw.maybe(0.15, () => ({ limit: draw.pick(['concurrent:3', 'token:200/s,burst=10', 'sliding:300/s']) })),
    ...draw.maybe(0.5, () => ({ refusal: { retryAfter: 'none' as const } })),
    ...draw.maybe(0.1, () => ({ capacity: '4,queue=5' })),
    ...draw.maybe(0.2, () => ({ headers: draw.pick(['ietf', 'github', 'openai'] as const) })),
    faults: Object.fromEntries([...own].map((fault) => [fault, draw.pick([0.02, 0.05, 0.1])])),
    ...draw.maybe(0.15, () => ({
      connectionFaults: `${draw.pick(['reset', 'close', 'silent', ...(protocol === 'http1' ? [] : ['alert'])])}:10%`,
    })),
    ...draw.maybe(0.1, () => ({ outages: draw.pick(['20ms-60ms', 'reset:20ms-60ms']) })),
    keepAlive: draw.pick(['5s', '5s', '5ms', '1s,requests=3', '30ms,no-hint']),
    bombSize: 3_000_000,
    dripEvery: 1,
    seed: draw.int(1, 1_000_000),
  }
}
