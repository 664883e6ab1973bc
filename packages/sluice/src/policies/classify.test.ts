import { describe, expect, it } from 'vitest'
import { ServerError } from '../client/errors.ts'
import {
  AttemptTimeoutError,
  BodyError,
  ConnectError,
  ConnectionLostError,
  ProtocolError,
} from '../transport/errors.ts'
import { classify, defaultTransient } from './classify.ts'
import { AuthError, DeadlineExceededError, LineFullError, PolicyError, RedirectError } from './errors.ts'
import type { Outcome } from './outcome.ts'

function answered(status: number, headers: Record<string, string> = {}, body = ''): Outcome {
  return { kind: 'response', response: { status, headers, body: new TextEncoder().encode(body) } }
}

describe('classification of answers', () => {
  it.each([200, 201, 204, 206, 301, 304, 399])('takes %d for a success', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('success')
  })

  it.each([408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524])('takes %d for passing trouble', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('transient')
  })

  it.each([400, 401, 403, 404, 409, 410, 413, 422, 501, 505])('takes %d for final', (status) => {
    expect(classify(answered(status), defaultTransient)).toBe('permanent')
  })

  it.each([403, 413, 429, 503])('takes %d with Retry-After for throttled', (status) => {
    expect(classify(answered(status, { 'retry-after': '1' }), defaultTransient)).toBe('throttled')
  })

  it('takes a bare 429 for throttled', () => {
    expect(classify(answered(429), defaultTransient)).toBe('throttled')
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
    ['a connection that took too long', new ConnectError('SLUICE_CONNECT_TIMEOUT', ''), 'notSent'],
    ['a timeout before anything was sent', new AttemptTimeoutError('', 1, 'no'), 'notSent'],
    ['a timeout', new AttemptTimeoutError('', 1, 'maybe'), 'transient'],
    ['a lost connection', new ConnectionLostError(''), 'transient'],
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
    expect(classify({ kind: 'rejected', error: new LineFullError(1) }, defaultTransient)).toBe('permanent')
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
    ['a line that is full', new LineFullError(1), 'permanent'],
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
