import { seededRandom } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { drawLatency } from './latency.ts'
import { parseLatency } from './parse-latency.ts'

const half = () => 0.5

function sample(form: string, count: number, now = 0): number[] {
  const random = seededRandom(7)
  const latency = parseLatency('latency', form)
  return Array.from({ length: count }, () => drawLatency(latency, now, random)).sort((a, b) => a - b)
}

describe('latency', () => {
  it.each([
    ['200ms', 200],
    [35, 35],
    ['1.5s', 1_500],
    ['uniform:50ms-150ms', 100],
    ['tail:50ms,1%=2s', 50],
  ])('%s is %d ms in the middle', (form, expected) => {
    expect(drawLatency(parseLatency('latency', form), 0, half)).toBe(expected)
  })

  it('changes in steps, each from its instant on', () => {
    const latency = parseLatency('latency', '200ms,then 500ms after 30s, then uniform:1s-1s after 1m')
    expect([0, 29_999, 30_000, 59_999, 60_000].map((now) => drawLatency(latency, now, half))).toEqual([
      200, 200, 500, 500, 1_000,
    ])
  })

  it('reads the same steps from a list', () => {
    const list = ['200ms', { after: '30s', latency: '500ms' }]
    expect(parseLatency('latency', list)).toEqual(parseLatency('latency', '200ms,then 500ms after 30s'))
  })

  it('has the requested percentiles of a log-normal law', () => {
    const drawn = sample('lognormal:p50=80ms,p99=900ms', 20_000)
    expect(drawn[10_000]).toBeGreaterThan(77)
    expect(drawn[10_000]).toBeLessThan(83)
    expect(drawn[19_800]).toBeGreaterThan(800)
    expect(drawn[19_800]).toBeLessThan(1_000)
  })

  it('gives a tail its share', () => {
    const drawn = sample('tail:50ms,2%=2s,1%=5s', 10_000)
    expect(new Set(drawn)).toEqual(new Set([50, 2_000, 5_000]))
    expect(drawn.filter((ms) => ms === 2_000).length).toBeGreaterThan(160)
    expect(drawn.filter((ms) => ms === 2_000).length).toBeLessThan(240)
    expect(drawn.filter((ms) => ms === 5_000).length).toBeLessThan(140)
  })

  it('says what it expected when a form is wrong', () => {
    expect(() => parseLatency('latency', 'uniform:5-')).toThrow(
      /^latency: expected a form such as '200ms', .*, got "uniform:5-" \(string\)$/,
    )
  })

  it.each([
    'fast',
    'uniform:2s-1s',
    'lognormal:p50=1s',
    'lognormal:p50=2s,p99=1s',
    'tail:50ms',
    'tail:50ms,120%=2s',
    '1s,then 2s',
    '1s,then 2s after 5s,then 3s after 4s',
    ['1s', '2s'],
    [{ after: '5s', latency: '1s' }],
    true,
    -1,
  ])('refuses %j', (form) => {
    expect(() => parseLatency('latency', form)).toThrow(/^latency/)
  })
})
