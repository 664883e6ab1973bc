import { SettingsError } from 'sluice'
import { describe, expect, it } from 'vitest'
import { parseLimit } from './parse-limit.ts'

describe('parseLimit', () => {
  it.each([
    ['fixed:100/min', { kind: 'fixed', quota: 100, window: 60_000, per: 'all', unit: 'requests', name: 'default' }],
    ['sliding:5/15s', { kind: 'sliding', quota: 5, window: 15_000, per: 'all', unit: 'requests', name: 'default' }],
    [
      'token:10/s,burst=20',
      { kind: 'token', quota: 10, window: 1_000, burst: 20, per: 'all', unit: 'requests', name: 'default' },
    ],
    [
      'token:10/s',
      { kind: 'token', quota: 10, window: 1_000, burst: 10, per: 'all', unit: 'requests', name: 'default' },
    ],
    [
      'leaky:10/s',
      { kind: 'leaky', quota: 10, window: 1_000, burst: 0, per: 'all', unit: 'requests', name: 'default' },
    ],
    ['concurrent:20,per=key', { kind: 'concurrent', quota: 20, per: 'key', unit: 'requests', name: 'default' }],
    [
      'fixed:9/day,per=path,name=search',
      { kind: 'fixed', quota: 9, window: 86_400_000, per: 'path', unit: 'requests', name: 'search' },
    ],
    [
      'sliding:200000 tokens/min,per=key',
      { kind: 'sliding', quota: 200_000, unit: 'tokens', window: 60_000, per: 'key', name: 'default' },
    ],
    [
      { kind: 'fixed', quota: 3, window: '1s' },
      { kind: 'fixed', quota: 3, window: 1_000, per: 'all', unit: 'requests', name: 'default' },
    ],
  ])('reads %j', (form, expected) => {
    expect(parseLimit('limit', form, 0)).toEqual(expected)
  })

  it('names those after the first by their place', () => {
    expect(parseLimit('limit', 'fixed:1/s', 1)).toMatchObject({ name: 'limit-2' })
  })

  it('says what it expected and what it got', () => {
    expect(() => parseLimit('limit', 'x', 0)).toThrow(
      new SettingsError(`limit: expected a form such as 'fixed:100/min', got "x" (string)`),
    )
  })

  it.each([
    'fixed:100',
    'fixed:0/s',
    'fixed:1/parsec',
    'concurrent:5/s',
    'concurrent:5 tokens',
    'rolling:5/s',
    'fixed:5/s,burst=3',
    'token:5/s,burst=0',
    'token:5/s,burst=x',
    'fixed:5/s,per=planet',
    'fixed:5/s,color=red',
    'fixed:5/s,name=a"b',
    'leaky:1/365d',
    { kind: 'fixed', quota: 3 },
    { kind: 'fixed', quota: 3, window: '1s', size: 1 },
    7,
    null,
  ])('refuses %j', (form) => {
    expect(() => parseLimit('limit', form, 0)).toThrow(SettingsError)
  })
})
