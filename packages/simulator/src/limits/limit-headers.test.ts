import { describe, expect, it } from 'vitest'
import { goDuration, limitHeaders } from './limit-headers.ts'
import type { NamedLevel } from './limits.ts'

const minute: NamedLevel = {
  name: 'default',
  unit: 'requests',
  quota: 100,
  window: 60_000,
  remaining: 25,
  moreIn: 12_001,
  fullIn: 45_000,
}
const day: NamedLevel = {
  name: 'daily',
  unit: 'requests',
  quota: 1_000,
  window: 86_400_000,
  remaining: 900,
  moreIn: 500,
  fullIn: 1_000,
}
const atOnce: NamedLevel = {
  name: 'at-once',
  unit: 'requests',
  quota: 20,
  window: undefined,
  remaining: 3,
  moreIn: 0,
  fullIn: 0,
}
const wallTime = Date.UTC(2026, 0, 1)

describe('limitHeaders', () => {
  it('tells of every limit in the fields of the IETF', () => {
    expect(limitHeaders('ietf', [minute, day, atOnce], wallTime)).toEqual({
      'ratelimit-policy': '"default";q=100;w=60, "daily";q=1000;w=86400, "at-once";q=20;qu="concurrent-requests"',
      ratelimit: '"default";r=25;t=13, "daily";r=900;t=1, "at-once";r=3',
    })
  })

  it('tells of the tightest in the older fields, in seconds from now', () => {
    expect(limitHeaders('ietf-legacy', [day, minute], wallTime)).toEqual({
      'ratelimit-limit': '100',
      'ratelimit-remaining': '25',
      'ratelimit-reset': '13',
    })
  })

  it('tells the reset as GitHub does, in seconds since 1970', () => {
    expect(limitHeaders('github', [minute], wallTime)).toEqual({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '25',
      'x-ratelimit-used': '75',
      'x-ratelimit-reset': String(wallTime / 1_000 + 13),
      'x-ratelimit-resource': 'core',
    })
  })

  it('tells the reset as OpenAI does, as the time until all is there again', () => {
    expect(limitHeaders('openai', [minute], wallTime)).toEqual({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '25',
      'x-ratelimit-reset-requests': '45s',
    })
  })

  it('says nothing when there is nothing to say', () => {
    expect(limitHeaders('none', [minute], wallTime)).toEqual({})
    expect(limitHeaders('github', [atOnce], wallTime)).toEqual({})
    expect(limitHeaders('ietf', [], wallTime)).toEqual({})
  })
})

describe('goDuration', () => {
  it.each([
    [0, '0s'],
    [0.2, '1ms'],
    [120, '120ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [360_000, '6m0s'],
    [3_602_000, '1h0m2s'],
  ])('prints %d ms as %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text)
  })
})
