import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ApiRequest } from '../../../http/request.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { Attempt, Call } from '../../attempt.ts'
import { defaultTransient, judge } from '../../classify.ts'
import { PausedError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import { boundedSignal } from '../sharing/shared-signals.ts'
import { PauseGate } from './pause-gate.ts'

const request = { partition: 'a', weight: 1, priority: 0 } as ApiRequest
const observer = { onAttempt() {}, onBackoff() {} }
const call = new Call({ request, index: 0, arrival: 0, startedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, observer })
const attempt = new Attempt(call, 1, new ManualClock())
const longest = 600_000

it('whatever servers and other processes say, a call waits no longer than the maximum, or is refused with a date', () => {
  const told = fc.oneof(
    fc.nat(2_000).map(String),
    fc.double().map(String),
    fc.date().map(String),
    fc.constant(undefined),
  )
  const step = fc.record({
    pause: fc.nat(100_000),
    status: fc.constantFrom(200, 403, 429, 500, 503),
    retryAfter: told,
    signal: fc.option(fc.double(), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const gate = new PauseGate({ stopsFor: () => true, firstProbe: 1_000, longest, dateOf: (at) => at, onPause() {} })
      let now = 0
      for (const { pause, status, retryAfter, signal } of steps) {
        now += pause
        const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
        const outcome: Outcome = { kind: 'response', response: { status, headers, body: new Uint8Array() } }
        const answer = gate.ask(now)
        if (answer.kind === 'go') {
          gate.take(now)
          gate.settle(now, { attempt, outcome, weight: 1, admittedAt: now, ...judge(outcome, defaultTransient, now) })
        }
        if (signal !== undefined) gate.receive(now, boundedSignal({ partition: 'a', kind: 'pause', for: signal }))
        if (answer.kind === 'wait') expect((answer.until ?? 0) - now).toBeLessThanOrEqual(longest)
        if (answer.kind === 'no') {
          expect(answer.error).toBeInstanceOf(PausedError)
          expect((answer.error as PausedError).retryAt - now).toBeLessThanOrEqual(366 * 86_400_000)
        }
      }
    }),
  )
})
