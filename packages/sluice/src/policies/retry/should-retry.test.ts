import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../events/event.ts'
import { createRequest } from '../../http/create-request.ts'
import { type ApiRequest, isRepeatable, type RequestSpec } from '../../http/request.ts'
import { ConnectionLostError, LocalLimitError, NotProcessedError } from '../../transport/errors.ts'
import { defaultTransient, judge } from '../classify.ts'
import type { Outcome } from '../outcome.ts'
import { type RetryOptions, resolveRetry } from './options.ts'
import { type RetryContext, type RetryCount, shouldRetry } from './should-retry.ts'

const wallTime = Date.UTC(2026, 10, 20, 12)

interface Case {
  readonly outcome?: Outcome
  readonly verdict?: Verdict
  readonly request?: Omit<RequestSpec, 'url'>
  readonly hasActed?: boolean
  readonly count?: Partial<RetryCount>
  readonly options?: RetryOptions
  readonly context?: Partial<RetryContext>
}

/** The delay before the next attempt, or `stop`. */
function decide(given: Case): number | 'free' | 'stop' {
  const outcome = given.outcome ?? answered(503)
  const decision = shouldRetry(
    outcome,
    { ...judge(outcome, defaultTransient, wallTime), ...(given.verdict && { verdict: given.verdict }) },
    { isRepeatable: isRepeatable(request(given.request)), hasActed: given.hasActed ?? false },
    { attempts: 1, throttles: 0, freeRetries: 0, ...given.count },
    resolveRetry(given.options),
    { now: 1_000, deadlineAt: Number.POSITIVE_INFINITY, random: () => 0.5, ...given.context },
  )
  if (decision.kind === 'stop') return 'stop'
  return decision.isFree ? 'free' : decision.delay
}

function request(spec: Omit<RequestSpec, 'url'> = {}): ApiRequest {
  return createRequest({ url: 'https://a.test/', ...spec }, { baseUrl: undefined, headers: {}, partition: undefined })
}

function answered(status: number, headers: Record<string, string> = {}): Outcome {
  return { kind: 'response', response: { status, headers, body: new Uint8Array() } }
}

const throttled = (retryAfter?: string): Case => ({
  verdict: 'throttled',
  count: { attempts: 0, throttles: 1 },
  outcome: answered(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
})

describe('retry after passing trouble', () => {
  it.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
  ])('waits twice as long after attempt %d, spread from nothing to the whole', (attempts, delay) => {
    expect(decide({ count: { attempts }, options: { maxAttempts: 10 } })).toBe(delay)
    expect(decide({ count: { attempts }, options: { maxAttempts: 10 }, context: { random: () => 0 } })).toBe(0)
  })

  it('waits no longer than the cap', () => {
    expect(decide({ count: { attempts: 20 }, options: { maxAttempts: 99 } })).toBe(15_000)
  })

  it('stops after four attempts by default', () => {
    expect(decide({ count: { attempts: 3 } })).toBe(1_000)
    expect(decide({ count: { attempts: 4 } })).toBe('stop')
  })

  it('stops when the next attempt could not begin before the deadline', () => {
    expect(decide({ context: { deadlineAt: 1_251 } })).toBe(250)
    expect(decide({ context: { deadlineAt: 1_250 } })).toBe('stop')
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY'])('repeats %s', (method) => {
    expect(decide({ request: { method } })).toBe(250)
  })

  it.each(['POST', 'PATCH'])('does not repeat %s: the server may have acted on it', (method) => {
    expect(decide({ request: { method } })).toBe('stop')
  })

  it('repeats POST with an idempotency key, or when asked to', () => {
    expect(decide({ request: { method: 'POST', headers: { 'Idempotency-Key': 'k' } } })).toBe(250)
    expect(decide({ request: { method: 'POST' }, options: { unsafe: true } })).toBe(250)
  })

  it('does not repeat POST that a server has acted on, though the hop it was sent on to never left or was refused', () => {
    const request = { method: 'POST' }
    expect(decide({ request, hasActed: true, verdict: 'notSent' })).toBe('stop')
    expect(decide({ ...throttled('1'), request, hasActed: true })).toBe('stop')
    expect(decide({ request, hasActed: true, verdict: 'notSent', options: { unsafe: true } })).toBe(250)
  })

  it('repeats POST that never left', () => {
    expect(decide({ request: { method: 'POST' }, verdict: 'notSent' })).toBe(250)
  })

  it.each(['success', 'permanent', 'cancelled'] as const)('stops after %s', (verdict) => {
    expect(decide({ verdict })).toBe('stop')
  })
})

describe('retry on a kept-alive connection that was dead already', () => {
  const idleRace: Case = {
    outcome: { kind: 'failure', error: new ConnectionLostError('', { idleRace: true }) },
    count: { attempts: 4 },
  }

  it('is free, and at once', () => {
    expect(decide(idleRace)).toBe('free')
  })

  it('is free once only', () => {
    expect(decide({ ...idleRace, count: { attempts: 4, freeRetries: 1 } })).toBe('stop')
  })

  it('is not for POST', () => {
    expect(decide({ ...idleRace, request: { method: 'POST' } })).toBe('stop')
  })
})

describe('retry after passing trouble that says when to come back', () => {
  const told = (retryAfter: string): Case => ({ outcome: answered(500, { 'retry-after': retryAfter }) })

  it('waits as long as it says and a little more, and no shorter than its own wait', () => {
    expect(decide(told('120'))).toBe(120_500)
    expect(decide(told('0.1'))).toBe(250)
    expect(decide(told('0'))).toBe(250)
  })

  it('stops when that is longer than may be waited', () => {
    expect(decide(told('601'))).toBe('stop')
    expect(decide({ ...told('601'), options: { maxRetryAfter: '1h' } })).toBe(601_500)
  })

  it('waits as ever where it can mean nothing', () => {
    expect(decide(told('99999999999999'))).toBe(250)
  })
})

describe('retry when this machine had no room for a connection', () => {
  const local: Case = {
    outcome: { kind: 'failure', error: new LocalLimitError('', undefined) },
    verdict: 'notSent',
    request: { method: 'POST' },
    options: { maxAttempts: 1 },
  }

  it('takes no attempt, whatever the method', () => {
    expect(decide(local)).toBe('free')
  })

  it('takes no attempt thirty times, and ends then like any other', () => {
    expect(decide({ ...local, count: { attempts: 1, freeRetries: 29 } })).toBe('free')
    expect(decide({ ...local, count: { attempts: 1, freeRetries: 30 } })).toBe('stop')
  })
})

describe('retry of a request that the server did not process', () => {
  const refused: Case = {
    outcome: { kind: 'failure', error: new NotProcessedError('') },
    verdict: 'notSent',
    request: { method: 'POST' },
  }

  it('is free and at once three times, then free with backoff, whatever the method', () => {
    expect(decide({ ...refused, count: { freeRetries: 2 } })).toBe('free')
    const settings = resolveRetry()
    const context = { now: 0, deadlineAt: Number.POSITIVE_INFINITY, random: () => 0.5 }
    const delayOf = (freeRetries: number) =>
      shouldRetry(
        refused.outcome!,
        judge(refused.outcome!, defaultTransient, wallTime),
        { isRepeatable: false, hasActed: false },
        { attempts: 1, throttles: 0, freeRetries },
        settings,
        context,
      )
    expect([2, 3, 4, 5].map(delayOf)).toEqual(
      [0, 250, 500, 1_000].map((delay) => ({ kind: 'retry', delay, isFree: true })),
    )
  })

  it('counts as an attempt from the 21st time on, and is not for a call that may not retry', () => {
    expect(decide({ ...refused, count: { freeRetries: 20, attempts: 4 } })).toBe('stop')
    expect(decide({ ...refused, count: { freeRetries: 3 }, options: { maxAttempts: 1 } })).toBe('stop')
  })
})

describe('retry after a throttled answer', () => {
  it('waits for Retry-After and a little more, even beyond the cap of computed waits', () => {
    expect(decide(throttled('120'))).toBe(120_500)
    expect(decide({ ...throttled('2'), context: { random: () => 0 } })).toBe(2_000)
  })

  it('waits until the date that Retry-After names', () => {
    expect(decide({ ...throttled('Fri, 20 Nov 2026 12:00:10 GMT'), context: { random: () => 0 } })).toBe(10_000)
  })

  it('goes at once when Retry-After lies in the past', () => {
    expect(decide(throttled('Fri, 20 Nov 2020 12:00:10 GMT'))).toBe(0)
  })

  it('backs off after a Retry-After of zero that is followed by another refusal', () => {
    expect(decide({ ...throttled('0'), count: { attempts: 0, throttles: 1 } })).toBe(0)
    expect(decide({ ...throttled('0'), count: { attempts: 0, throttles: 2 } })).toBe(1_000)
  })

  it('stops when Retry-After is longer than may be waited, and never shortens it', () => {
    expect(decide(throttled('601'))).toBe('stop')
    expect(decide({ ...throttled('601'), options: { maxRetryAfter: '1h' } })).toBe(601_500)
  })

  it('backs off, and soon stops, when the time it names can mean nothing', () => {
    const absurd = throttled('99999999999999')
    expect(decide({ ...absurd, count: { attempts: 1, throttles: 1 } })).toBe(500)
    expect(decide({ ...absurd, count: { attempts: 4, throttles: 4 } })).toBe('stop')
  })

  it('backs off from a second on without a hint', () => {
    expect(decide(throttled())).toBe(500)
  })

  it('counts refusals as attempts if configured', () => {
    const options: RetryOptions = { maxAttempts: 3, maxThrottles: 'attempts' }
    expect(decide({ ...throttled('1'), count: { attempts: 2, throttles: 1 }, options })).toBe(1_025)
    expect(decide({ ...throttled('1'), count: { attempts: 3, throttles: 1 }, options })).toBe('stop')
    expect(decide({ ...throttled('1'), count: { attempts: 3, throttles: 3 }, options })).toBe('stop')
  })

  it('uses up no attempts, but has its own maximum', () => {
    expect(decide({ ...throttled('1'), count: { attempts: 0, throttles: 20 } })).toBe(1_025)
    expect(decide({ ...throttled('1'), count: { attempts: 0, throttles: 21 } })).toBe('stop')
  })

  it('repeats POST after 429, which was not acted on, but not after 503', () => {
    expect(decide({ ...throttled('1'), request: { method: 'POST' } })).toBe(1_025)
    for (const status of [503, 509, 529]) {
      const outcome = answered(status, { 'retry-after': '1' })
      expect(decide({ ...throttled('1'), outcome, request: { method: 'POST' } })).toBe('stop')
    }
  })

  it('stops when retry is switched off', () => {
    expect(decide({ ...throttled('1'), options: { maxAttempts: 1 } })).toBe('stop')
  })
})

describe('retry options', () => {
  it.each([
    [{ maxAttempts: 0 }, 'retry.maxAttempts: expected a whole number from 1 up, got 0 (number)'],
    [{ base: 'soon' }, "retry.base: expected a duration such as '500ms', '30s', '5m' or '1h', got \"soon\" (string)"],
    [{ base: '10s', cap: '5s' }, 'retry.base: expected at most the cap of 5000 ms, got "10s" (string)'],
    [
      { on: ['sometimes'] },
      "retry.on: expected statuses such as 408 or '5xx', 'network' or 'timeout', got \"sometimes\" (string)",
    ],
  ])('refuse %j', (options, message) => {
    expect(() => resolveRetry(options)).toThrow(message)
  })

  it('take statuses below 400 with poll only', () => {
    expect(() => resolveRetry({ on: [202] })).toThrow(
      'retry.on: expected statuses from 400 up; those below need retry.poll, got 202 (number)',
    )
    expect(resolveRetry({ on: [202, '3xx'], poll: true }).poll?.statuses.has(304)).toBe(true)
    expect(resolveRetry({ poll: true }).poll).toEqual({ statuses: new Set() })
  })

  it('read statuses, classes of statuses, network and timeout', () => {
    const { transient } = resolveRetry({ on: [408, '5xx', 'network'] })

    expect([transient.statuses.has(408), transient.statuses.has(599), transient.statuses.has(429)]).toEqual([
      true,
      true,
      false,
    ])
    expect([transient.network, transient.timeout]).toEqual([true, false])
  })
})
