import { describe, expect, it } from 'vitest'
import { ClientError, ThrottledError } from '../client/errors.ts'
import type { CallResult } from '../client/result.ts'
import { storedResult } from './stored-result.ts'

const request = {
  id: '1',
  method: 'POST',
  url: 'https://api.test/1',
  headers: {},
  readAs: 'auto',
  partition: 'https://api.test',
  weight: 1,
  priority: 0,
} as const
const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 1 }
const attempt = {
  number: 1,
  verdict: 'permanent',
  startedAfter: 0,
  queued: 0,
  connect: 0,
  firstByte: 0,
  duration: 1,
  requests: 1,
  protocol: 'h2',
} as const

function kept(contentType: string, body: string): ReturnType<typeof storedResult> {
  const headers = contentType === '' ? {} : { 'content-type': contentType }
  const error = new ClientError({ status: 422, headers, body: Buffer.from(body) })
  const result: CallResult = { ok: false, index: 0, id: '1', request, status: 422, attempts: [attempt], timing, error }
  return storedResult(
    result,
    { keepHeaders: new Set(), redact: (text) => text.replaceAll('s3cr3t', '***'), isConsumed: false },
    0,
  )
}

function textOf({ body }: ReturnType<typeof storedResult>): string {
  return new TextDecoder().decode(body)
}

describe('storedResult of a failure', () => {
  it('keeps what the server said and the protocol, without secrets', () => {
    const json = kept('application/problem+json', '{"detail":"s3cr3t is taken"}')
    expect([json.bodyKind, textOf(json), json.protocol]).toEqual(['json', '{"detail":"*** is taken"}', 'h2'])
    const text = kept('', 'no s3cr3t')
    expect([text.bodyKind, textOf(text)]).toEqual(['text', 'no ***'])
  })

  it('keeps when each of several attempts started, and how it ended', () => {
    const error = new ClientError({ status: 404, headers: {}, body: Buffer.alloc(0) })
    const second = { ...attempt, number: 2, startedAfter: 300.4, connect: 2, firstByte: 90, status: 404 } as const
    const result = { ok: false, index: 0, id: '1', request, status: 404, timing, error } as const
    const options = { keepHeaders: new Set<string>(), redact: (text: string) => text, isConsumed: false }
    expect(storedResult({ ...result, attempts: [{ ...attempt, error }, second] }, options, 0).attemptParts).toEqual([
      [0, 0, 0, 'SLUICE_CLIENT_ERROR'],
      [300, 2, 90, '404'],
    ])
    expect(storedResult({ ...result, attempts: [attempt] }, options, 0).attemptParts).toBeUndefined()
  })

  it('keeps the date of the next try beside the message, so that failures can be counted by it', () => {
    const retryAt = Date.UTC(2030, 0, 2)
    const error = new ThrottledError({ status: 429, headers: {}, body: Buffer.alloc(0) }, retryAt)
    const result: CallResult = {
      ok: false,
      index: 0,
      id: '1',
      request,
      status: 429,
      attempts: [attempt],
      timing,
      error,
    }
    const stored = storedResult(result, { keepHeaders: new Set(), redact: (text) => text, isConsumed: false }, 0)
    expect(stored.error).toEqual({ code: 'SLUICE_THROTTLED', message: '429 Too Many Requests', retryAt })
  })

  it('keeps the beginning of what is long, as text, and nothing of bytes', () => {
    const long = kept('application/json', JSON.stringify({ a: 'x'.repeat(10_000) }))
    expect([long.bodyKind, textOf(long).length]).toEqual(['text', 4_096])
    expect(kept('image/png', '\u0000')).toMatchObject({ bodyKind: 'none' })
    expect(kept('application/json', '')).toMatchObject({ bodyKind: 'none' })
  })
})
