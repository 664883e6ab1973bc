import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Emitter } from '../events/emitter.ts'
import { createRequest } from '../http/create-request.ts'
import { Attempt, Call } from '../policies/attempt.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { CallLog } from './call-log.ts'

it('keeps no room for further attempts in the list of one, which a run with a million results would pay for', () => {
  const count = 20_000
  keptAttempts(count)
  const before = heapUsed()
  const kept = keptAttempts(count)
  const bytes = (heapUsed() - before) / count
  expect(kept[count - 1]).toMatchObject([{ number: 1, status: 200, duration: 1.5 }])
  expect(bytes).toBeGreaterThan(100)
  expect(bytes).toBeLessThan(330)
})

const success = {
  verdict: 'success',
  retryAfter: undefined,
  retryAt: undefined,
  isAbsurd: false,
  isForAll: false,
} as const

function keptAttempts(count: number): CallLog['attempts'][] {
  const clock = new ManualClock()
  const events = new Emitter()
  const request = createRequest('http://api.test/', { baseUrl: undefined, headers: {}, partition: undefined })
  const response = { status: 200, headers: {}, body: new Uint8Array() }
  return Array.from({ length: count }, (_, index) => {
    const observer = new CallLog(clock, events, () => success)
    const call = new Call({ request, index, arrival: index, startedAt: 0, deadlineAt: 1_000, observer })
    const attempt = new Attempt(call, 1, clock)
    attempt.onAdmitted(0.5)
    attempt.onSent('http/1.1')
    attempt.queued = attempt.connect = attempt.firstByte = attempt.duration = 1.5
    observer.onAttempt(attempt, { kind: 'response', response }, 'success')
    return observer.attempts
  })
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
