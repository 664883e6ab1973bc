import { describe, expect, it } from 'vitest'
import { ServerError } from '../client/errors.ts'
import {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  ConnectionLostError,
  LocalLimitError,
  NotProcessedError,
  ProtocolError,
} from '../transport/errors.ts'
import { classify, defaultTransient, judge, judgeOnce } from './classify.ts'
import { AuthError, DeadlineExceededError, PolicyError, QueueFullError, RedirectError } from './errors.ts'
import type { Outcome } from './outcome.ts'

function answered(status: number, headers: Record<string, string> = {}, body = ''): Outcome {
  return { kind: 'response', response: { status, headers, body: new TextEncoder().encode(body) } }
}

describe('classification of answers', () => {
  it.each([200, 201, 204, 206, 301, 304, 399])('takes %d for a success', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('success')
  })

  it.each([408, 425, 500, 502, 503, 504, 507, 509, 520, 524, 525, 529, 530, 598, 599])(
    'takes %d for passing trouble',
    (status) => {
      expect(classify(answered(status), defaultTransient)).toBe('transient')
    },
  )

  it.each([400, 401, 403, 404, 409, 410, 413, 422, 501, 505, 511, 600, 999])('takes %d for final', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('permanent')
  })

  it.each([403, 413, 420, 429, 430, 503, 509, 529])('takes %d with Retry-After for throttled', (status) => {
    expect(classify(answered(status, { 'retry-after': '1' }), defaultTransient)).toBe('throttled')
  })

  it.each([420, 429, 430])('takes a bare %d for throttled', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('throttled')
  })

  it.each([
    ['false', 503, 'permanent'],
    ['false', 429, 'permanent'],
    ['true', 409, 'transient'],
    [' True', 501, 'transient'],
    ['true', 429, 'throttled'],
    ['true', 200, 'success'],
    ['perhaps', 503, 'transient'],
  ])('obeys x-should-retry: %s with %d: %s', (advice, status, verdict) => {
    expect(classify(answered(status, { 'x-should-retry': advice }), defaultTransient)).toBe(verdict)
  })

  it('takes a 403 or 400 whose body says so for throttled', () => {
    const body = JSON.stringify({ __type: 'ThrottlingException' })
    expect([400, 403, 404].map((status) => classify(answered(status, {}, body), defaultTransient))).toEqual([
      'throttled',
      'throttled',
      'permanent',
    ])
  })

  it('does not take a 403 for throttled because of a limit of 0, which stands for none', () => {
    const headers = { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' }
    expect(classify(answered(403, headers), defaultTransient)).toBe('permanent')
  })

  it('takes a 200 with a GraphQL rate limit for throttled only if configured', () => {
    const body = JSON.stringify({ errors: [{ type: 'RATE_LIMITED' }] })
    const outcome = answered(200, { 'content-type': 'application/json' }, body)
    expect(classify(outcome, defaultTransient)).toBe('success')
    expect(classify(outcome, { ...defaultTransient, graphql: true })).toBe('throttled')
  })

  it('takes a 403 with nothing remaining for throttled', () => {
    expect(classify(answered(403, { 'x-ratelimit-remaining': '0' }), defaultTransient)).toBe('throttled')
  })

  it.each(['insufficient_quota', 'apiKeyExhausted'])(
    'takes a 429 that says %s for final: waiting does not help',
    (code) => {
      expect(classify(answered(429, {}, JSON.stringify({ error: { code } })), defaultTransient)).toBe('permanent')
    },
  )
})

describe('classification of failures', () => {
  it.each([
    ['a refused connection', new ConnectError('SLUICE_CONNECT', ''), 'notSent'],
    ['an unknown name', new ConnectError('SLUICE_DNS', ''), 'notSent'],
    ['no room for a connection on this machine', new LocalLimitError('', ''), 'notSent'],
    ['a body source that failed', new BodySourceError(''), 'permanent'],
    ['a connection that took too long', new ConnectError('SLUICE_CONNECT_TIMEOUT', ''), 'notSent'],
    ['a timeout before anything was sent', new AttemptTimeoutError('', 1, 'no'), 'notSent'],
    ['a timeout', new AttemptTimeoutError('', 1, 'maybe'), 'transient'],
    ['a lost connection', new ConnectionLostError(''), 'transient'],
    ['a request that was not processed', new NotProcessedError(''), 'notSent'],
    ['improper HTTP', new ProtocolError(''), 'transient'],
    ['a body that was cut short', new BodyError('SLUICE_BODY_TRUNCATED', '', 200), 'transient'],
    ['a certificate nobody trusts', new ConnectError('SLUICE_TLS', ''), 'permanent'],
    ['a body that is too large', new BodyError('SLUICE_BODY_TOO_LARGE', '', 200), 'permanent'],
    ['a bomb', new BodyError('SLUICE_DECODED_TOO_LARGE', '', 200), 'permanent'],
    ['a refused redirect', new RedirectError('SLUICE_REDIRECT_REFUSED', '', 302), 'permanent'],
    ['a deadline', new DeadlineExceededError('', 1), 'permanent'],
  ] as const)('takes %s for what it is', (_name, error, verdict) => {
    expect(classify({ kind: 'failure', error }, defaultTransient)).toBe(verdict)
  })

  it('takes a timeout for final when timeouts are not to be retried', () => {
    const error = new AttemptTimeoutError('', 1, 'maybe')
    expect(classify({ kind: 'failure', error }, { ...defaultTransient, timeout: false })).toBe('permanent')
  })

  it('takes our own refusal for final, and the caller’s abort for nothing else', () => {
    expect(classify({ kind: 'rejected', error: new QueueFullError(1) }, defaultTransient)).toBe('permanent')
    expect(classify({ kind: 'cancelled', reason: 'no more' }, defaultTransient)).toBe('cancelled')
  })
})

describe('classification of a token that cannot be had', () => {
  const server = (status: number, headers: Record<string, string> = {}): Error =>
    new ServerError({ status, headers, body: new Uint8Array() })

  it.each([
    ['a refused connection', new ConnectError('SLUICE_CONNECT', ''), 'notSent'],
    ['a lost connection: the request itself was not sent', new ConnectionLostError(''), 'notSent'],
    ['503', server(503), 'notSent'],
    ['429', server(429), 'throttled'],
    ['503 with Retry-After', server(503, { 'retry-after': '1' }), 'throttled'],
    ['401', server(401), 'permanent'],
    ['a line that is full', new QueueFullError(1), 'permanent'],
    ['anything else', new TypeError(''), 'permanent'],
    ['no cause', undefined, 'permanent'],
  ])('is that of its cause: %s', (_, cause, verdict) => {
    const error = new AuthError('', cause)
    expect(classify({ kind: 'failure', error }, defaultTransient)).toBe(verdict)
  })

  it('is final where networks and statuses are', () => {
    const none = { statuses: new Set<number>(), network: false, timeout: false }
    for (const cause of [new ConnectionLostError(''), server(500)]) {
      expect(classify({ kind: 'failure', error: new AuthError('', cause) }, none)).toBe('permanent')
    }
  })
})

it('takes what an own policy has thrown for final', () => {
  const error = new PolicyError('mine', 'threw', new ConnectionLostError(''))
  expect(classify({ kind: 'failure', error }, defaultTransient)).toBe('permanent')
})

describe('when the server wants to be asked again', () => {
  const now = Date.UTC(2026, 10, 20, 12)
  const inAnHour = String(now / 1_000 + 3_600)

  it.each<[string, number, Record<string, string>, string, Partial<ReturnType<typeof judge>>]>([
    ['a 429', 429, { 'retry-after': '5' }, '', { retryAfter: 5_000, retryAt: now + 5_000, isForAll: true }],
    ['a 500', 500, { 'retry-after': '5' }, '', { verdict: 'transient', retryAfter: 5_000 }],
    ['a 404, which is final', 404, { 'retry-after': '5' }, '', { verdict: 'permanent', retryAfter: undefined }],
    ['an absurd one', 429, { 'retry-after': '1e99' }, '', { retryAfter: undefined, isAbsurd: true, isForAll: false }],
    [
      'an absurd one beside a quota',
      429,
      { 'retry-after': '1e99', 'x-ratelimit-reset': '5' },
      '',
      { retryAfter: 5_000 },
    ],
    ['none', 429, {}, '', { retryAfter: undefined, isAbsurd: false, isForAll: true }],
    [
      'a quota that is used up',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' },
      '',
      { retryAfter: 5_000 },
    ],
    [
      'a quota of another part of the API',
      429,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5', 'x-ratelimit-resource': 'search' },
      '',
      { retryAfter: 5_000, isForAll: false },
    ],
    [
      'GitHub’s secondary limit, whose quota is not used up',
      403,
      { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': inAnHour, 'x-ratelimit-resource': 'core' },
      '{"message":"You have exceeded a secondary rate limit."}',
      { verdict: 'throttled', retryAfter: 60_000, isForAll: true },
    ],
    ['a body with a time', 429, {}, '{"retry_after":1.5}', { retryAfter: 1_500 }],
    ['a header beside a body with a time', 429, { 'retry-after': '3' }, '{"retry_after":1.5}', { retryAfter: 3_000 }],
  ])('is told by %s', (_name, status, headers, body, expected) => {
    expect(judge(answered(status, headers, body), defaultTransient, now)).toMatchObject(expected)
  })

  it('is read once for each response, from when that came', () => {
    let wallTime = now
    const judgeIt = judgeOnce(defaultTransient, () => wallTime)
    const outcome = answered(429, { 'retry-after': '5' })
    const first = judgeIt(outcome)
    wallTime += 60_000

    expect(judgeIt({ ...outcome })).toBe(first)
    expect(first.retryAt).toBe(now + 5_000)
  })

  it('is that of the response to the request for a token', () => {
    const cause = new ServerError({ status: 503, headers: { 'retry-after': '5' }, body: new Uint8Array() })
    const outcome: Outcome = { kind: 'failure', error: new AuthError('', cause) }
    expect(judge(outcome, defaultTransient, now)).toMatchObject({ verdict: 'throttled', retryAfter: 5_000 })
  })
})

describe('wait of a throttled GraphQL answer', () => {
  const graphql = { ...defaultTransient, graphql: true }
  const json = { 'content-type': 'application/json' }
  const throttled = (cost: unknown, headers: Record<string, string> = {}): number | undefined => {
    const errors = [{ message: 'Slow down', extensions: { code: 'THROTTLED' } }]
    const body = JSON.stringify({ errors, extensions: { cost } })
    return judge(answered(200, { ...json, ...headers }, body), graphql, 0).retryAfter
  }
  const cost = (available: unknown, restoreRate: unknown): unknown => ({
    requestedQueryCost: 500,
    throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: available, restoreRate },
  })

  it('lasts until the bucket of a Shopify shop holds the points that the query asks for', () => {
    expect(throttled(cost(350, 50))).toBe(3_000)
    expect(throttled(cost(500, 50))).toBe(0)
  })

  it('is that of Retry-After if the response has one', () => {
    expect(throttled(cost(350, 50), { 'retry-after': '7' })).toBe(7_000)
  })

  it('is unknown if the numbers of the body cannot be meant', () => {
    for (const odd of [
      undefined,
      null,
      {},
      { throttleStatus: null },
      cost(0, 0),
      cost('x', 50),
      cost(0, -1),
      cost(0, 1e-9),
    ]) {
      expect(throttled(odd)).toBeUndefined()
    }
  })
})
