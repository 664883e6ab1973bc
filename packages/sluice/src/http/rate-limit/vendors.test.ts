import { describe, expect, it } from 'vitest'
import { parseRateLimit } from './parse-rate-limit.ts'
import type { RateLimitSignal } from './signal.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)
const epoch = (seconds: number): string => String(now / 1_000 + seconds)
const read = (headers: Record<string, string>): readonly RateLimitSignal[] => parseRateLimit(headers, { now })
const more = { refill: 'more' }
const full = { refill: 'full' }
const day = 86_400_000

describe('the fields of', () => {
  it.each<[string, Record<string, string>, readonly object[]]>([
    [
      'GitHub',
      {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '4987',
        'x-ratelimit-used': '13',
        'x-ratelimit-reset': epoch(600),
        'x-ratelimit-resource': 'core',
      },
      [
        {
          dialect: 'github',
          policy: 'core',
          resource: 'core',
          limit: 5_000,
          remaining: 4_987,
          resetAfter: 601_000,
          ...more,
        },
      ],
    ],
    [
      'GitHub, with used alone',
      { 'x-ratelimit-limit': '30', 'x-ratelimit-used': '31', 'x-ratelimit-resource': 'search' },
      [{ dialect: 'github', policy: 'search', resource: 'search', limit: 30, remaining: 0 }],
    ],
    [
      'GitHub, points of GraphQL',
      { 'x-ratelimit-limit': '5000', 'x-ratelimit-used': '30', 'x-ratelimit-resource': 'graphql' },
      [{ dialect: 'github', policy: 'graphql', resource: 'graphql', unit: 'points', limit: 5_000, remaining: 4_970 }],
    ],
    [
      'X',
      { 'x-rate-limit-limit': '900', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': epoch(60) },
      [{ dialect: 'x-rate-limit', policy: 'default', limit: 900, remaining: 0, resetAfter: 61_000, ...more }],
    ],
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [
        { dialect: 'openai', policy: 'requests', limit: 60, remaining: 59, resetAfter: 1_000, ...full },
        {
          dialect: 'openai',
          policy: 'tokens',
          unit: 'tokens',
          limit: 150_000,
          remaining: 149_984,
          resetAfter: 360_000,
          ...full,
        },
      ],
    ],
    [
      'Azure, where -1 is unknown',
      {
        'x-ratelimit-limit-requests': '-1',
        'x-ratelimit-remaining-requests': '-1',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '40',
      },
      [{ dialect: 'openai', policy: 'tokens', unit: 'tokens', remaining: 40 }],
    ],
    [
      'APIs that name both unit and window',
      {
        'x-ratelimit-limit-requests-day': '14400',
        'x-ratelimit-reset-requests-day': '33011.382867',
        'x-ratelimit-remaining-tokens-minute': '59000',
        'x-ratelimit-limit-audio-seconds': '7200',
      },
      [
        { dialect: 'openai', policy: 'requests-day', limit: 14_400, window: day, resetAfter: 33_011_383, ...more },
        { dialect: 'openai', policy: 'tokens-minute', unit: 'tokens', remaining: 59_000, window: 60_000 },
        { dialect: 'openai', policy: 'audio-seconds', unit: 'audio-seconds', limit: 7_200 },
      ],
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:01Z',
        'anthropic-ratelimit-input-tokens-remaining': '20000',
        'anthropic-ratelimit-unified-reset': '1795176000',
      },
      [
        { dialect: 'anthropic', policy: 'requests', limit: 50, remaining: 49, resetAfter: 2_000, ...full },
        { dialect: 'anthropic', policy: 'input-tokens', unit: 'input-tokens', remaining: 20_000 },
      ],
    ],
    [
      'Shopify',
      { 'x-shopify-shop-api-call-limit': '32/40' },
      [{ dialect: 'shopify', policy: 'default', limit: 40, remaining: 8 }],
    ],
    [
      'Shopify, overfull',
      { 'x-shopify-shop-api-call-limit': ' 41 / 40 ' },
      [{ dialect: 'shopify', policy: 'default', limit: 40, remaining: 0 }],
    ],
    ['Shopify, unreadable', { 'x-shopify-shop-api-call-limit': '1/2/3' }, []],
    [
      'the Guardian',
      {
        'x-ratelimit-limit-day': '500',
        'x-ratelimit-remaining-day': '499',
        'x-ratelimit-limit-minute': '60',
        'x-ratelimit-remaining-minute': '59',
      },
      [
        { dialect: 'kong', policy: 'day', limit: 500, remaining: 499, window: day },
        { dialect: 'kong', policy: 'minute', limit: 60, remaining: 59, window: 60_000 },
      ],
    ],
    [
      'Kong, whose reset is about the window in which the least is left',
      {
        'x-ratelimit-limit-second': '10',
        'x-ratelimit-remaining-second': '9',
        'x-ratelimit-limit-hour': '100',
        'x-ratelimit-remaining-hour': '0',
        'ratelimit-limit': '100',
        'ratelimit-remaining': '0',
        'ratelimit-reset': '1200',
      },
      [
        { dialect: 'kong', policy: 'second', limit: 10, remaining: 9, window: 1_000 },
        {
          dialect: 'kong',
          policy: 'hour',
          limit: 100,
          remaining: 0,
          window: 3_600_000,
          resetAfter: 1_200_000,
          ...more,
        },
      ],
    ],
    [
      'Envoy',
      {
        'x-ratelimit-limit': '10, 10;w=1;name="per-ip", 1000;w=3600',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1',
      },
      [
        { dialect: 'envoy', policy: 'per-ip', limit: 10, remaining: 0, window: 1_000, resetAfter: 1_000, ...more },
        { dialect: 'envoy', policy: '1000;w=3600', limit: 1_000, window: 3_600_000 },
      ],
    ],
    [
      'World News',
      { 'x-api-quota-request': '1.05', 'x-api-quota-used': '13.5', 'x-api-quota-left': '36.5' },
      [{ dialect: 'world-news', policy: 'day', unit: 'points', limit: 49, remaining: 36, window: day }],
    ],
    [
      'Reddit',
      { 'x-ratelimit-used': '2', 'x-ratelimit-remaining': '598.0', 'x-ratelimit-reset': '420' },
      [{ dialect: 'x-ratelimit', policy: 'default', limit: 600, remaining: 598, resetAfter: 420_000, ...more }],
    ],
    [
      'Discord',
      {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': epoch(90),
        'x-ratelimit-reset-after': '1.25',
        'x-ratelimit-bucket': 'abcd1234',
      },
      [
        {
          dialect: 'x-ratelimit',
          policy: 'abcd1234',
          resource: 'abcd1234',
          limit: 5,
          remaining: 0,
          resetAfter: 1_250,
          ...more,
        },
      ],
    ],
    [
      'Symfony',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-retry-after': epoch(30) },
      [{ dialect: 'x-ratelimit', policy: 'default', limit: 10, remaining: 0, resetAfter: 31_000, ...more }],
    ],
    [
      'lemlist',
      {
        'x-ratelimit-limit': '20',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': 'Fri Nov 20 2026 12:00:02 GMT+0000 (Coordinated Universal Time)',
      },
      [{ dialect: 'x-ratelimit', policy: 'default', limit: 20, remaining: 0, resetAfter: 3_000, ...more }],
    ],
  ])('%s', (_, headers, expected) => {
    expect(read(headers)).toEqual(expected.map((signal) => ({ unit: 'requests', ...signal })))
  })

  it('somebody whose reset is further away than two windows are taken at their window', () => {
    const headers = { 'x-ratelimit-limit': '10, 10;w=60', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60000' }
    expect(read(headers)[0]!.resetAfter).toBe(60_000)
  })
})
