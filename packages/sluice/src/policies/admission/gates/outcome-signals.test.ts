import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../../../http/request.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  ConnectionLostError,
  LocalLimitError,
  TransportFaultError,
} from '../../../transport/errors.ts'
import { Attempt, Call } from '../../attempt.ts'
import { defaultTransient, judge } from '../../classify.ts'
import { RedirectError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import { loadSignal } from './auto-concurrency-gate.ts'
import { breakerOutcome } from './breaker-gate.ts'
import type { Settled } from './gate.ts'

const request = { partition: 'a', weight: 1, priority: 0 } as ApiRequest
const observer = { onAttempt() {}, onBackoff() {} }
const call = new Call({ request, index: 0, arrival: 0, startedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, observer })
const attempt = new Attempt(call, 1, new ManualClock())

function settled(outcome: Outcome): Settled {
  const { verdict, retryAfter, isForAll } = judge(outcome, defaultTransient, 0)
  return { attempt, outcome, verdict, retryAfter, isForAll, weight: 1, admittedAt: 0 }
}

function answered(status: number, headers: Record<string, string> = {}): Outcome {
  return { kind: 'response', response: { status, headers, body: new Uint8Array() } }
}

const failed = (error: Extract<Outcome, { kind: 'failure' }>['error']): Outcome => ({ kind: 'failure', error })

describe('what an ended attempt says', () => {
  it.each([
    ['200', answered(200), 'success', 'success'],
    ['404', answered(404), 'success', 'ignore'],
    ['408', answered(408), 'success', 'loss'],
    ['429', answered(429), 'ignored', 'refusal'],
    ['500', answered(500), 'failure', 'loss'],
    ['501', answered(501), 'success', 'ignore'],
    ['503', answered(503), 'failure', 'loss'],
    ['503 with Retry-After', answered(503, { 'retry-after': '1' }), 'ignored', 'refusal'],
    ['a lost connection', failed(new ConnectionLostError('')), 'failure', 'loss'],
    ['a timeout', failed(new AttemptTimeoutError('', 1, 'maybe')), 'failure', 'loss'],
    ['a refused connection', failed(new ConnectError('SLUICE_CONNECT', '')), 'failure', 'ignore'],
    ['a body that was cut short', failed(new BodyError('SLUICE_BODY_TRUNCATED', '', 200)), 'failure', 'loss'],
    ['a body that is too large', failed(new BodyError('SLUICE_BODY_TOO_LARGE', '', 200)), 'success', 'ignore'],
    ['a refused redirect', failed(new RedirectError('SLUICE_REDIRECT_REFUSED', '', 302)), 'success', 'ignore'],
    ['a body source that failed', failed(new BodySourceError('')), 'ignored', 'ignore'],
    ['a transport that is broken', failed(new TransportFaultError('')), 'ignored', 'ignore'],
    ['no room for a connection on this machine', failed(new LocalLimitError('', '')), 'ignored', 'ignore'],
    ['an abort', { kind: 'cancelled', reason: 'no more' } as Outcome, 'ignored', 'ignore'],
  ] as const)('%s', (_name, outcome, health, load) => {
    expect(breakerOutcome(settled(outcome))).toBe(health)
    expect(loadSignal(settled(outcome))).toBe(load)
  })
})
