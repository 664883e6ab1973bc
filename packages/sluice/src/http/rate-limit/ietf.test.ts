import { describe, expect, it } from 'vitest'
import { parseRateLimit } from './parse-rate-limit.ts'
import type { RateLimitSignal } from './signal.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)
const read = (headers: Record<string, string>): readonly RateLimitSignal[] => parseRateLimit(headers, { now })
const ietf = { dialect: 'ietf', unit: 'requests' }

describe('RateLimit and RateLimit-Policy, from draft 08 on', () => {
  it('give a signal for each policy', () => {
    expect(
      read({
        'ratelimit-policy': '"burst";q=100;w=60, "daily";q=1000;w=86400;pk=:dXNlcjE=:',
        ratelimit: '"burst";r=42;t=13,  "daily";r=950',
      }),
    ).toEqual([
      { ...ietf, policy: 'burst', limit: 100, remaining: 42, window: 60_000, resetAfter: 13_000, refill: 'more' },
      { ...ietf, policy: 'daily', limit: 1_000, remaining: 950, window: 86_400_000, partitionKey: 'dXNlcjE=' },
    ])
  })

  it.each<[string, string, readonly object[]]>([
    ['', '"a";r=0;t=0', [{ policy: 'a', remaining: 0, resetAfter: 0, refill: 'more' }]],
    ['"a";q=5', '', [{ policy: 'a', limit: 5 }]],
    [
      '"a";q=5;qu="concurrent-requests"',
      '"a";r=2',
      [{ policy: 'a', unit: 'concurrent-requests', limit: 5, remaining: 2 }],
    ],
    ['"a";q=5;qu="content-bytes";w=1', '', [{ policy: 'a', unit: 'content-bytes', limit: 5, window: 1_000 }]],
    [
      '"a";q=5, "b";q=6',
      '"b";r=1',
      [
        { policy: 'b', limit: 6, remaining: 1 },
        { policy: 'a', limit: 5 },
      ],
    ],
    [
      '"a";q=5;w=10;comment="x";new=@1700000000',
      '"a";foo;r=1;bar=?0',
      [{ policy: 'a', limit: 5, window: 10_000, remaining: 1 }],
    ],
    [
      '"100-in-1min"; q=100; w=60; pk=:MTIz:',
      '"100-in-1min"; r=99; t=60',
      [
        {
          policy: '100-in-1min',
          limit: 100,
          window: 60_000,
          remaining: 99,
          resetAfter: 60_000,
          refill: 'more',
          partitionKey: 'MTIz',
        },
      ],
    ],
    ['burst;q=100;w=60', 'burst;r=50', [{ policy: 'burst', limit: 100, window: 60_000, remaining: 50 }]],
    [
      '"a";q=5;pk=:YQ==:, "a";q=6;pk=:Yg==:',
      '"a";r=1;pk=:Yg==:',
      [
        { policy: 'a', limit: 6, remaining: 1, partitionKey: 'Yg==' },
        { policy: 'a', limit: 5, partitionKey: 'YQ==' },
      ],
    ],
    [
      '"a";q=5;pk=:YQ==:',
      '"a";r=1;pk=:Yg==:',
      [
        { policy: 'a', remaining: 1, partitionKey: 'Yg==' },
        { policy: 'a', limit: 5, partitionKey: 'YQ==' },
      ],
    ],
    ['"a";q=5', '"a";r=1;pk=:Yg==:', [{ policy: 'a', limit: 5, remaining: 1, partitionKey: 'Yg==' }]],
  ])('%s with %s', (policy, limit, expected) => {
    expect(read({ 'ratelimit-policy': policy, ratelimit: limit })).toEqual(
      expected.map((signal) => ({ ...ietf, ...signal })),
    )
  })

  it.each([
    '"a";r="5"',
    '"a";r=-1',
    '"a";r=1.5',
    '"a";r',
    '"a"',
    '"a";t=5',
    '"a";r=1;t=-1',
    '"a";r=1;t="5"',
    '"a";r=1;pk="x"',
    '5;r=1',
    '("a");r=1',
  ])('ignore the item %s and keep its neighbour', (item) => {
    expect(read({ ratelimit: `${item}, "b";r=3` })).toEqual([{ ...ietf, policy: 'b', remaining: 3 }])
  })

  it.each(['"a"', '"a";q="5"', '"a";q=-1', '"a";q=5;w=0', '"a";q=5;w=1.5', '"a";q=5;qu=5', '"a";w=60'])(
    'ignore the policy %s and keep its neighbour',
    (item) => {
      expect(read({ 'ratelimit-policy': `${item}, "b";q=3` })).toEqual([{ ...ietf, policy: 'b', limit: 3 }])
    },
  )

  it.each(['"a";r=1,', '"a";r=1 "b"', '"a;r=1', '"a";r=1;pk=:?:', '"a";R=1', '"a";r=1000000000000000', '"ä";r=1'])(
    'ignore the malformed field %s as a whole, and it alone',
    (field) => {
      expect(read({ ratelimit: field })).toEqual([])
      expect(read({ ratelimit: field, 'ratelimit-policy': '"a";q=5' })).toEqual([{ ...ietf, policy: 'a', limit: 5 }])
    },
  )

  it('are read with t as it is, even beyond the window, but not beyond 366 days', () => {
    expect(read({ ratelimit: '"a";r=0;t=600', 'ratelimit-policy': '"a";q=1;w=60' })[0]!.resetAfter).toBe(600_000)
    expect(read({ ratelimit: '"a";r=0;t=999999999999999' })[0]!.resetAfter).toBeUndefined()
  })
})

describe('RateLimit of draft 07', () => {
  const base = { dialect: 'ietf-07', unit: 'requests' }

  it.each<[Record<string, string>, readonly object[]]>([
    [
      { ratelimit: 'limit=100, remaining=25, reset=5' },
      [{ policy: 'default', limit: 100, remaining: 25, resetAfter: 5_000, refill: 'more' }],
    ],
    [
      { ratelimit: 'limit=100, remaining=25, reset=5', 'ratelimit-policy': '100;w=60' },
      [{ policy: 'default', limit: 100, remaining: 25, window: 60_000, resetAfter: 5_000, refill: 'more' }],
    ],
    [
      { ratelimit: 'remaining=25', 'ratelimit-policy': '100;w=60;comment="x"' },
      [{ policy: 'default', limit: 100, remaining: 25, window: 60_000 }],
    ],
    [
      { ratelimit: 'limit=10, remaining=1, reset=5', 'ratelimit-policy': '10;w=1, 1000;w=3600' },
      [
        { policy: '10;w=1', limit: 10, remaining: 1, window: 1_000, resetAfter: 1_000, refill: 'more' },
        { policy: '1000;w=3600', limit: 1_000, window: 3_600_000 },
      ],
    ],
    [{ ratelimit: 'limit=x, remaining=0, reset=-5' }, [{ policy: 'default', remaining: 0 }]],
    [{ ratelimit: 'limit=100, reset=5' }, []],
    [{ ratelimit: 'limit=100, remaining=-1, reset=5' }, []],
    [{ ratelimit: 'limit=100; remaining=25; reset=5' }, []],
    [{ ratelimit: 'limit=100, remaining=25, reset=5,' }, []],
  ])('%j', (headers, expected) => {
    expect(read(headers)).toEqual(expected.map((signal) => ({ ...base, ...signal })))
  })
})

describe('RateLimit-Limit, -Remaining and -Reset of drafts 00 to 06', () => {
  const base = { dialect: 'ietf-legacy', unit: 'requests' }
  const three = (limit: string, more: Record<string, string> = {}): Record<string, string> => ({
    'ratelimit-limit': limit,
    'ratelimit-remaining': '25',
    'ratelimit-reset': '5',
    ...more,
  })
  const said = { remaining: 25, resetAfter: 5_000, refill: 'more' }

  it.each<[Record<string, string>, readonly object[]]>([
    [three('100'), [{ policy: 'default', limit: 100, ...said }]],
    [three('100', { 'ratelimit-policy': '100;w=60' }), [{ policy: 'default', limit: 100, window: 60_000, ...said }]],
    [three('100, 100;w=60'), [{ policy: 'default', limit: 100, window: 60_000, ...said }]],
    [
      three('100, 100;w=60, 5000;w=3600'),
      [
        { policy: '100;w=60', limit: 100, window: 60_000, ...said },
        { policy: '5000;w=3600', limit: 5_000, window: 3_600_000 },
      ],
    ],
    [
      three('100', { 'ratelimit-policy': '5000;w=3600' }),
      [
        { policy: 'default', limit: 100, ...said },
        { policy: '5000;w=3600', limit: 5_000, window: 3_600_000 },
      ],
    ],
    [three('100, 100'), [{ policy: 'default', limit: 100, ...said }]],
    [three('1,000'), [{ policy: 'default', ...said }]],
    [three('100, 200'), [{ policy: 'default', ...said }]],
    [three('-1', { 'ratelimit-reset': 'soon' }), [{ policy: 'default', remaining: 25 }]],
    [{ 'ratelimit-reset': '5' }, [{ policy: 'default', resetAfter: 5_000, refill: 'more' }]],
  ])('%j', (headers, expected) => {
    expect(read(headers)).toEqual(expected.map((signal) => ({ ...base, ...signal })))
  })
})
