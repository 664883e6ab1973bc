import { describe, expect, it } from 'vitest'
import { createRequest } from '../http/create-request.ts'
import type { ApiResponse } from '../http/response.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import type { Transport } from '../transport/transport.ts'
import { Attempt, Call } from './attempt.ts'
import { sendOnce } from './send-once.ts'

const good: ApiResponse = { status: 200, headers: { a: 'b' }, body: new Uint8Array() }

/** How an attempt ends on a transport that answers with this. */
async function outcomeOf(send: () => unknown): Promise<unknown> {
  const clock = new ManualClock()
  const request = createRequest('https://api.test/', { baseUrl: undefined, headers: {}, partition: undefined })
  const observer = { onAttempt() {}, onBackoff() {} }
  const call = new Call({ request, index: 0, arrival: 0, startedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, observer })
  const transport = { send, async close() {} } as unknown as Transport
  const outcome = await sendOnce(transport, clock)(new Attempt(call, 1, clock))
  expect(clock.pending).toBe(0)
  return outcome.kind === 'failure' ? `${outcome.error.code}: ${outcome.error.message}` : outcome
}

describe('sendOnce', () => {
  it.each([
    ['a promise', () => Promise.resolve(good)],
    ['a response without a promise', () => good],
  ])('takes %s', async (_, send) => {
    expect(await outcomeOf(send)).toEqual({ kind: 'response', response: good })
  })

  it.each([
    ['nothing', undefined, 'expected a response, got undefined'],
    ['null', null, 'expected a response, got null'],
    ['text', 'ok', 'expected a response, got string'],
    ['no status', { headers: {}, body: new Uint8Array() }, 'expected a status from 100 to 999, got undefined'],
    ['status 99', { ...good, status: 99 }, 'expected a status from 100 to 999, got 99'],
    ['status 200.5', { ...good, status: 200.5 }, 'expected a status from 100 to 999, got 200.5'],
    ['status "200"', { ...good, status: '200' }, 'expected a status from 100 to 999, got string'],
    ['no headers', { ...good, headers: null }, 'expected headers as an object, got null'],
    ['a list as a header', { ...good, headers: { a: ['b'] } }, 'expected text as the header a, got Array'],
    ['no body', { ...good, body: null }, 'expected a body of bytes (Uint8Array), got null'],
    ['text as the body', { ...good, body: 'ok' }, 'expected a body of bytes (Uint8Array), got string'],
  ])('takes %s for a fault of the transport', async (_, response, problem) => {
    const expected = `SLUICE_TRANSPORT_FAULT: the transport failed: ${problem}`
    expect(await outcomeOf(() => response)).toBe(expected)
    expect(await outcomeOf(async () => response)).toBe(expected)
  })

  it('takes what a transport throws or rejects with for a fault of its own', async () => {
    const expected = 'SLUICE_TRANSPORT_FAULT: the transport failed: a bug'
    const thrown = (): never => {
      throw new Error('a bug')
    }
    expect(await outcomeOf(thrown)).toBe(expected)
    expect(await outcomeOf(async () => thrown())).toBe(expected)
  })

  it.each([
    [
      'bytes 0-6/100',
      'SLUICE_BODY_TRUNCATED: the server sent a part of the body that was not requested: content-range "bytes 0-6/100"',
    ],
    [
      'bytes 5-9/10',
      'SLUICE_BODY_TRUNCATED: the server sent a part of the body that was not requested: content-range "bytes 5-9/10"',
    ],
  ])('treats an unrequested 206 as truncated: %s', async (range, expected) => {
    expect(await outcomeOf(() => ({ ...good, status: 206, headers: { 'content-range': range } }))).toBe(expected)
  })

  it('takes a 206 that is the whole', async () => {
    const whole = { ...good, status: 206, headers: { 'content-range': 'bytes 0-9/10' } }
    expect(await outcomeOf(() => whole)).toEqual({ kind: 'response', response: whole })
  })
})
