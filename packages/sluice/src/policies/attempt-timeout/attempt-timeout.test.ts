import { describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import { Attempt, Call } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import { attemptTimeout } from './attempt-timeout.ts'

const answered: Outcome = { kind: 'response', response: { status: 200, headers: {}, body: Buffer.alloc(0) } }

/** Attempts on one policy, of which each goes on until it is cancelled or told to end. */
function underTimeout(timeout: number) {
  const clock = new ManualClock()
  const policy = attemptTimeout(clock, timeout)
  const ended: [string, number][] = []

  const begin = (id: string, own?: number) => {
    const defaults = { baseUrl: undefined, headers: {}, partition: undefined }
    const request = createRequest({ url: 'https://api.test/', id, timeout: own }, defaults)
    const observer = { onAttempt() {}, onBackoff() {} }
    const deadlineAt = Number.POSITIVE_INFINITY
    const call = new Call({ request, index: 0, arrival: 0, startedAt: clock.now(), deadlineAt, observer })
    const attempt = new Attempt(call, 1, clock)
    attempt.onAdmitted(clock.now())
    const answer = Promise.withResolvers<Outcome>()
    attempt.cancellation.onCancel((reason) => {
      ended.push([`${id}: ${reason instanceof AttemptTimeoutError ? reason.message : reason}`, clock.now()])
      answer.resolve({ kind: 'cancelled', reason })
    })
    const outcome = policy.run(attempt, () => answer.promise)
    return { call, attempt, outcome, answer }
  }
  return { clock, begin, ended }
}

describe('attemptTimeout', () => {
  it('ends each attempt when its own time is up, to the millisecond, with one timer for all', async () => {
    const { clock, begin, ended } = underTimeout(1_000)
    for (const id of ['a', 'b', 'c']) {
      begin(id)
      await clock.advance(300)
    }
    expect(clock.pending).toBe(1)

    await clock.advance(5_000)

    const message = 'no connection within the timeout of 1.0 s'
    expect(ended).toEqual([
      [`a: ${message}`, 1_000],
      [`b: ${message}`, 1_300],
      [`c: ${message}`, 1_600],
    ])
    expect(clock.pending).toBe(0)
  })

  it('counts from the admission of each', async () => {
    const { clock, begin, ended } = underTimeout(1_000)
    begin('before')
    await clock.advance(400)
    begin('after')
    await clock.advance(700)
    expect(ended.map(([, at]) => at)).toEqual([1_000])
    await clock.advance(300)
    expect(ended.map(([, at]) => at)).toEqual([1_000, 1_400])
  })

  it('keeps times of their own apart', async () => {
    const { clock, begin, ended } = underTimeout(1_000)
    begin('usual')
    begin('long', 3_000)
    begin('short', 20)
    begin('also short', 20)
    expect(clock.pending).toBe(3)
    await clock.advance(5_000)
    expect(ended.map(([text, at]) => [text.split(':')[0], at])).toEqual([
      ['short', 20],
      ['also short', 20],
      ['usual', 1_000],
      ['long', 3_000],
    ])
    expect(clock.pending).toBe(0)
  })

  it('gives its timer back with the last attempt, however that ends', async () => {
    const { clock, begin } = underTimeout(1_000)
    const [first, second, third] = [begin('a'), begin('b'), begin('c', 50)]
    first.answer.resolve(answered)
    await first.outcome
    expect(clock.pending).toBe(2)
    second.answer.reject(new Error('a bug'))
    await expect(second.outcome).rejects.toThrow('a bug')
    expect(clock.pending).toBe(1)
    third.answer.resolve(answered)
    await third.outcome
    expect(clock.pending).toBe(0)
  })

  it('hands the cancellation of the call on while the attempt is under way, and at once if it came before', async () => {
    const { begin, ended } = underTimeout(1_000)
    const { call, answer, outcome } = begin('a')
    answer.resolve(answered)
    await outcome
    call.cancellation.cancel('too late')
    const other = begin('b')
    other.call.cancellation.cancel('enough')
    expect(ended).toEqual([['b: enough', 0]])
  })
})
