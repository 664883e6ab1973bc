import { SettingsError } from 'sluice'
import { describe, expect, it } from 'vitest'
import { resolveScenario, type ScenarioInput, scenarios } from './resolve-scenario.ts'

describe('resolveScenario', () => {
  it('means products with 200 ms when nothing is said', () => {
    expect(resolveScenario()).toEqual({
      latency: [{ after: 0, law: { kind: 'constant', value: 200 } }],
      capacity: undefined,
      line: undefined,
      limits: [],
      refusal: { status: 429, retryAfter: 'seconds' },
      headers: 'none',
      keys: [],
      competitor: 0,
      faults: [],
      connectionFaults: [],
      outages: [],
      paths: [],
      keepAlive: { idle: 5_000, hint: true },
      bombSize: 200_000_000,
      dripEvery: 100,
      redirectTo: 'http://elsewhere.invalid/',
      tokenLifetime: 3_600_000,
      seed: 1,
    })
  })

  it.each(Object.keys(scenarios))('accepts the named scenario %s', (name) => {
    expect(() => resolveScenario(name as ScenarioInput)).not.toThrow()
  })

  it('replaces what a named scenario says by what is given, but not by undefined', () => {
    const scenario = resolveScenario({ extends: 'limited', latency: '5ms', limit: undefined })
    expect(scenario.latency).toEqual([{ after: 0, law: { kind: 'constant', value: 5 } }])
    expect(scenario.limits).toHaveLength(1)
    expect(scenario.headers).toBe('ietf')
  })

  it('reads every form of a fault alike', () => {
    const expected = [
      { fault: 503, share: 0.05 },
      { fault: 'reset', share: 0.01 },
    ]
    for (const faults of ['503:5%,reset:1%', ['503:0.05', 'reset:1%'], { 503: 0.05, reset: '1%' }]) {
      expect(resolveScenario({ faults }).faults).toEqual(expected)
    }
  })

  it('reads outages, capacity and connections in their short forms', () => {
    const scenario = resolveScenario({
      outages: ['10s-20s', 'reset:1m-2m', { from: 0, to: 5 }],
      capacity: '8,queue=100',
      keepAlive: '2s,requests=10,no-hint',
    })
    expect(scenario.outages).toEqual([
      { from: 10_000, to: 20_000, how: '503' },
      { from: 60_000, to: 120_000, how: 'reset' },
      { from: 0, to: 5, how: '503' },
    ])
    expect(scenario.capacity).toEqual({ servers: 8, queue: 100 })
    expect(scenario.keepAlive).toEqual({ idle: 2_000, requests: 10, hint: false })
    expect(resolveScenario({ capacity: 8 }).capacity).toEqual({ servers: 8 })
  })

  it('completes what is said of a path by what holds everywhere, the longest path first', () => {
    const scenario = resolveScenario({
      extends: 'flaky',
      paths: { '/hn/': { outages: '1s-2s', latency: undefined }, '/hn/v0/item': { latency: 5, faults: [] } },
    })
    const { latency, faults } = scenario
    expect(scenario.paths).toEqual([
      { path: '/hn/v0/item', latency: [{ after: 0, law: { kind: 'constant', value: 5 } }], faults: [], outages: [] },
      { path: '/hn', latency, faults, outages: [{ from: 1_000, to: 2_000, how: '503' }] },
    ])
  })

  it.each([
    ['900B/s', 900],
    ['500kB/s', 500_000],
    ['1MB/s', 1_000_000],
    ['1.5 MB/s', 1_500_000],
    ['64KiB/s', 65_536],
    ['2MiB/s', 2_097_152],
  ])('reads a line of %s as %d bytes per second', (line, expected) => {
    expect(resolveScenario({ line }).line).toBe(expected)
  })

  it.each<[unknown, RegExp]>([
    ['nowhere', /^scenario: expected one of products, .*, got "nowhere" \(string\)$/],
    [null, /^scenario: expected a name or an object, got null \(null\)$/],
    [{ latencey: '1s' }, /^latencey: a scenario has no such field; it has extends, latency/],
    [{ limit: ['fixed:1/s', 'x'] }, /^limit: expected a form such as 'fixed:100\/min', got "x" \(string\)$/],
    [{ headers: 'loud' }, /^headers: expected one of ietf, /],
    [{ competitor: '130%' }, /^competitor: expected a share such as 0.05 or '5%', got "130%" \(string\)$/],
    [{ faults: 'boredom:5%' }, /^faults: expected a status from 400 to 599 or one of reset, .*, got "boredom"/],
    [{ faults: '503' }, /^faults: expected a form such as '503:5%' or 'reset:1%'/],
    [{ faults: '503:60%,reset:50%' }, /^faults: the shares add up to 110.0 %, more than 100 %$/],
    [{ outages: '20s-10s' }, /^outages: expected an end after the beginning/],
    [{ outages: 'soon' }, /^outages: expected a form such as/],
    [{ outages: 'flood:1s-2s' }, /^outages.how: expected one of 503, reset/],
    [{ paths: '/hn' }, /^paths: expected an object such as/],
    [{ paths: { hn: {} } }, /^paths: expected a path such as '\/guardian', got "hn"/],
    [{ paths: { '/': {} } }, /^paths: expected a path such as/],
    [{ paths: { '/hn': {}, '/hn/': {} } }, /^paths: \/hn is given twice$/],
    [{ paths: { '/hn': 'slow' } }, /^paths.\/hn: expected an object with latency, faults, outages/],
    [{ paths: { '/hn': { limit: 'fixed:1/s' } } }, /^paths.\/hn.limit: a path has no such field; it has latency/],
    [{ paths: { '/hn': { faults: '503' } } }, /^paths.\/hn.faults: expected a form such as/],
    [{ paths: { '/hn': { outages: '2s-1s' } } }, /^paths.\/hn.outages: expected an end after the beginning/],
    [{ paths: { '/hn': { latency: 'soon' } } }, /^paths.\/hn.latency/],
    [{ capacity: 0 }, /^capacity: expected a whole number from 1 up/],
    [{ capacity: 'lots' }, /^capacity: expected a number of workers/],
    [{ capacity: '8,size=2' }, /^capacity: expected a number of workers/],
    [
      { line: 'thin' },
      /^line: expected a form such as '1MB\/s', in B, kB, MB, KiB or MiB per second, got "thin" \(string\)$/,
    ],
    [{ line: '1GB/s' }, /^line: expected a form such as '1MB\/s'/],
    [{ line: '1mb/s' }, /^line: expected a form such as '1MB\/s'/],
    [{ line: '1MB' }, /^line: expected a form such as '1MB\/s'/],
    [{ line: 1_000_000 }, /^line: expected a form such as '1MB\/s', .*, got 1000000 \(number\)$/],
    [{ line: '0.5B/s' }, /^line: expected at least 1B\/s, got "0.5B\/s" \(string\)$/],
    [{ line: `${'9'.repeat(400)}B/s` }, /^line: /],
    [{ refusal: { status: 200 } }, /^refusal.status: expected one of 403, 429, 503, got 200 \(number\)$/],
    [{ refusal: { retryAfter: 'soon' } }, /^refusal.retryAfter/],
    [{ refusal: 429 }, /^refusal: expected an object/],
    [{ keepAlive: 'forever' }, /^keepAlive/],
    [{ keepAlive: '5s,whisper' }, /^keepAlive: expected a form such as/],
    [{ keepAlive: '0s' }, /^keepAlive.idle: expected at least 1 ms/],
    [{ redirectTo: '/here' }, /^redirectTo: expected an absolute URL/],
    [{ tokenLifetime: '0s' }, /^tokenLifetime: expected at least 1 ms/],
    [{ tokenLifetime: 'long' }, /^tokenLifetime: expected a duration/],
    [{ seed: -1 }, /^seed/],
    [{ bombSize: 1e12 }, /^bombSize/],
  ])('refuses %j', (input, message) => {
    expect(() => resolveScenario(input as ScenarioInput)).toThrow(SettingsError)
    expect(() => resolveScenario(input as ScenarioInput)).toThrow(message)
  })
})
