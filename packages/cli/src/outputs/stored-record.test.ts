import { type CallError, type CallResult, ThrottledError } from 'sluice'
import { errorBody } from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'
import { describe, expect, it } from 'vitest'
import { sampleAttempt, sampleRequest, sampleTiming } from '../../test/sample-results.ts'
import { callRecord, storedRecord } from './record.ts'

const attempt = { ...sampleAttempt, protocol: 'h2' } as const

/** Fields of every stored result here, but for those that differ. */
const kept = {
  index: 3,
  id: '1',
  url: sampleRequest.url,
  method: 'GET',
  attempts: 1,
  requests: 1,
  throttled: 0,
  attemptMs: [203],
  timing: [0.44, 0, 0.6, 202.46, 0.2, 203.149],
  bodyKind: 'none',
  protocol: 'h2',
  settledAt: Date.UTC(2030, 0, 1),
} as const
const call = {
  index: 3,
  id: '1',
  request: sampleRequest,
  attempts: [attempt],
  timing: sampleTiming,
  startedAt: Date.UTC(2030, 0, 1) - 203.149,
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

type Pair = readonly [CallResult, StoredResult]

function success(value: unknown, contentType: string, stored: Partial<StoredResult>): Pair {
  const headers = { 'content-type': contentType, 'x-a': 'b' }
  return [
    { ok: true, ...call, status: 200, headers, value },
    { ...kept, ok: true, status: 200, headers, ...stored },
  ]
}

function failure(error: object, stored: StoredResult['error'], more: object = {}): Pair {
  const thrown = { code: 'SLUICE_INTERNAL', summary: 'it failed', ...error } as CallError
  return [
    { ok: false, ...call, error: thrown, ...more },
    { ...kept, ok: false, error: stored, ...more },
  ]
}

const json = 'application/json; charset=utf-8'
const pairs: readonly (readonly [string, Pair])[] = [
  ['JSON', success({ a: [1, 'é'] }, json, { bodyKind: 'json', body: bytesOf('{"a": [1, "é"]}') })],
  ['JSON null', success(null, json, { bodyKind: 'json', body: bytesOf('null') })],
  ['a text of JSON', success('a', json, { bodyKind: 'json', body: bytesOf('"a"') })],
  ['JSON after a byte order mark', success([1], json, { bodyKind: 'json', body: bytesOf('\ufeff[1]') })],
  ['text that came as Latin-1', success('é', 'text/plain; charset=latin1', { bodyKind: 'text', body: bytesOf('é') })],
  ['text that begins with a mark', success('\ufeffa', 'text/plain', { bodyKind: 'text', body: bytesOf('\ufeffa') })],
  ['an empty text', success('', 'text/plain', { bodyKind: 'text', body: new Uint8Array() })],
  ['bytes', success(new Uint8Array([0, 255]), 'image/png', { bodyKind: 'bytes', body: new Uint8Array([0, 255]) })],
  ['bytes within others', success(Buffer.from([0, 255]), 'a/b', { bodyKind: 'bytes', body: Buffer.from([0, 255]) })],
  ['no body', success(undefined, 'text/plain', {})],
  ['a failure', failure({ code: 'SLUICE_DNS' }, { code: 'SLUICE_DNS', message: 'it failed' })],
  [
    'a failure with an answer',
    failure(
      { code: 'SLUICE_THROTTLED', retryAt: Date.UTC(2030, 0, 2) },
      { code: 'SLUICE_THROTTLED', message: 'it failed', retryAt: Date.UTC(2030, 0, 2) },
      { status: 429, headers: { 'content-type': 'text/html', 'x-a': 'b' } },
    ),
  ],
  [
    'a date that is none',
    failure(
      { code: 'X', retryAt: Number.POSITIVE_INFINITY },
      { code: 'X', message: 'it failed', retryAt: Number.POSITIVE_INFINITY },
    ),
  ],
]

describe('storedRecord', () => {
  it.each(pairs)('gives the same record as the call: %s', (_what, [result, stored]) => {
    for (const options of [{}, { body: false }, { includeHeaders: ['X-A'] }, { includeHeaders: ['*'] }]) {
      expect(JSON.stringify(storedRecord(stored, options))).toBe(JSON.stringify(callRecord(result, options)))
    }
  })

  it('has what the server said about a failure, with secrets masked and without the date of the next try', () => {
    const headers = { 'content-type': 'application/json', 'retry-after': '60' }
    const body = bytesOf('{"error":"quota of key s3cr3t is used up","n":1.10}')
    const error = new ThrottledError({ status: 429, headers, body }, Date.UTC(2030, 0, 2))
    const result = { ok: false, ...call, status: 429, headers, error } as CallResult
    const redact = (text: string): string => text.replaceAll('s3cr3t', '***')
    const said = { error: 'quota of key *** is used up' }
    const record = callRecord(result, { redact })
    expect(record.error).toMatchObject({ message: '429 Too Many Requests', retryAt: '2030-01-02T00:00:00.000Z' })
    expect(record.error?.body).toMatchObject(said)
    const { kind: bodyKind, bytes } = errorBody(error, redact)!
    const { code, summary: message, retryAt } = error
    const stored = { ...kept, ok: false, status: 429, error: { code, message, retryAt }, bodyKind, body: bytes }
    expect(JSON.stringify(storedRecord(stored))).toBe(JSON.stringify(record))
    expect(callRecord(result, { body: false }).error).not.toHaveProperty('body')
  })

  it('gives the same record of an input that was no request', () => {
    const { url: _url, method: _method, ...stored } = failure({ code: 'X' }, { code: 'X', message: 'it failed' })[1]
    const {
      request: _,
      startedAt: __,
      ...noRequest
    } = failure({ code: 'X' }, undefined)[0] as CallResult & { ok: false }
    expect(JSON.stringify(storedRecord(stored))).toBe(JSON.stringify(callRecord(noRequest)))
  })

  it('hands the meta back', () => {
    const [result, stored] = success(1, json, { bodyKind: 'json', body: bytesOf('1'), meta: { row: 1 } })
    const withMeta = { ...result, request: { ...sampleRequest, meta: { row: 1 } } } as CallResult
    expect(JSON.stringify(storedRecord(stored))).toBe(JSON.stringify(callRecord(withMeta)))
  })

  it('never writes a secret header, even one that is named', () => {
    const stored: StoredResult = { ...kept, ok: true, status: 200, headers: { 'set-cookie': 'sid=1', 'x-a': 'b' } }
    for (const name of ['*', 'set-cookie'])
      expect(storedRecord(stored, { includeHeaders: [name] }).headers).toMatchObject({ 'set-cookie': '***' })
  })

  it('redacts the given texts', () => {
    const stored: StoredResult = {
      ...kept,
      id: 's3cr3t',
      url: 'https://x/?q=s3cr3t',
      ok: false,
      headers: { location: 's3cr3t' },
      error: { code: 'X', message: 's3cr3t refused' },
    }
    const options = { redact: (text: string) => text.replaceAll('s3cr3t', '***'), includeHeaders: ['location'] }
    expect(JSON.stringify(storedRecord(stored, options))).not.toContain('s3cr3t')
  })
})

describe('a stored body that cannot be written', () => {
  const stored: StoredResult = {
    index: 3,
    id: 'a',
    ok: true,
    status: 200,
    attempts: 1,
    requests: 1,
    throttled: 0,
    attemptMs: [1],
    timing: [0, 0, 0, 0, 0, 1],
    bodyKind: 'json',
    settledAt: 1_000,
  }

  it.each([
    ['['.repeat(5_000) + ']'.repeat(5_000), 'SLUICE_TOO_DEEP'],
    ['{"a":', 'SLUICE_NOT_JSON'],
  ])('makes a failure of its item', (body, code) => {
    expect(storedRecord({ ...stored, body: Buffer.from(body) })).toMatchObject({
      index: 3,
      id: 'a',
      ok: false,
      error: { code, message: expect.stringContaining('the stored body cannot be read: ') },
    })
  })

  it('keeps the digits of its numbers', () => {
    const { data } = storedRecord({ ...stored, body: Buffer.from('{"id":9007199254740993,"p":1.10}') })
    expect(JSON.stringify(data)).toBe('{"id":9007199254740993,"p":1.10}')
  })
})
