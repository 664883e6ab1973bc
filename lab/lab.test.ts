import type { ApiRequest } from 'sluice'
import { ManualClock } from 'sluice/testing'
import type { Transport } from 'sluice/transport'
import { afterAll, describe, expect, it } from 'vitest'
import { isLongForm } from '../test/long-form.ts'
import { busiest } from './arrivals.ts'
import { throughNetwork, wan } from './network.ts'
import { type Row, runScenario } from './scenario.ts'
import { families } from './scenarios/index.ts'
import { plainTable } from './table.ts'

/** The short form of `npm run lab`: a few scenarios, with one seed each, and three in `npm run test:soak`. */
const chosen = [
  'herd/seconds',
  'herd/seconds, any phase',
  'herd/date',
  'herd/30 s, own cap 1 s',
  'herd/bare 429',
  'known/LAN, 100/s, fixed window',
  'known/LAN, 100/s, sliding log',
  'known/LAN, 100/s, bucket of N/10',
  'known/LAN, 10/s, nginx, burst 5',
  'known/WAN, 100/s, sliding log',
  'known/WAN, 10/s, nginx, burst 0',
  'known/WAN, 50/60s, bucket of N/10',
  'advertised/ietf, fixed 120/60s, with a competitor',
  'advertised/github, fixed 120/60s, alone',
  'advertised/ietf, sliding 120/60s, with a competitor',
  'advertised/ietf-legacy, sliding 120/60s, with a competitor',
  'advertised/ietf, token 120/60s, with a competitor',
  'advertised/openai, fixed 120/60s, with a competitor',
  'advertised/ietf, fixed 50/1s, alone',
  'advertised/openai, token 50/1s, alone',
  'auto/8 workers, short queue',
  'outage/503 for 3 min',
  'outage/dead from the start',
  'hosts/interleaved, refusals',
  'hosts/interleaved, headers',
  'hosts/one paused, its items first',
  'hosts/one paused, 5,000 of its items first',
  'hosts/one paused, no end of its items',
  'day/clock jumps',
  'shared/100 workers, 100/s, 1 ms',
  'shared/100 workers, 100 places, 20 ms',
]
const scenarios = families.flatMap(({ scenarios }) => scenarios)
const findings: Row[] = []

afterAll(() => {
  if (findings.length > 0) process.stdout.write(`missed, but not held:\n${plainTable(findings)}\n`)
})

describe('the laboratory', () => {
  it.each(chosen)('keeps what is held of %s', async (name) => {
    const rows = await runScenario(scenarios.find((scenario) => scenario.name === name)!, isLongForm ? 3 : 1)
    const missed = rows.filter(({ worstMiss }) => worstMiss > 0)
    findings.push(...missed.filter(({ figure }) => figure.held !== true))
    expect(missed.filter(({ figure }) => figure.held === true)).toEqual([])
  })

  it('gives the same figures again', async () => {
    const scenario = scenarios.find(({ name }) => name === 'known/WAN, 10/s, sliding log')!
    expect(await scenario.run(4)).toEqual(await scenario.run(4))
    expect(await scenario.run(4)).not.toEqual(await scenario.run(5))
  })

  it('has a name of its own for each scenario', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  })
})

describe('its network', () => {
  it('delays both ways, within the bounds of the path, and lets an early answer be early', async () => {
    const clock = new ManualClock()
    const arrived: number[] = []
    const server: Transport = {
      async send() {
        arrived.push(clock.now())
        return { status: 200, headers: {}, body: new Uint8Array() }
      },
      async close() {},
    }
    const request: ApiRequest = {
      id: 'one',
      method: 'GET',
      url: 'https://api.test/',
      headers: {},
      readAs: 'auto',
      partition: 'https://api.test',
      weight: 1,
      priority: 0,
    }
    const chances = [0, 0.999_999]
    const transport = throughNetwork(server, wan, clock, () => chances.shift()!)
    const exchange = { signal: new AbortController().signal, onSent() {}, onFirstByte() {} }
    await clock.runUntilSettled(transport.send(request, exchange))
    expect(arrived).toEqual([20])
    expect(clock.now()).toBe(20 + 20 + 50)
  })
})

describe('busiest', () => {
  it('counts what lies within the span, of two so far apart only one', () => {
    const at = [0, 10, 49, 50, 60, 200].map((moment) => ({ at: moment }))
    expect(busiest(at, 50)).toBe(3)
    expect(busiest([], 50)).toBe(0)
  })
})
