import type { CallError, CallResult } from 'sluice'
import { describe, expect, it } from 'vitest'
import { sampleAttempt, sampleRequest, sampleTiming } from '../../test/sample-results.ts'
import { callRecord } from './record.ts'

function success(value: unknown, contentType = 'application/json', more: object = {}): CallResult {
  const headers = { 'content-type': contentType, 'x-a': 'b', 'set-cookie': 'sid=1' }
  return {
    ok: true,
    index: 0,
    id: '1',
    request: { ...sampleRequest, ...more },
    status: 200,
    headers,
    value,
    attempts: [sampleAttempt],
    timing: sampleTiming,
  }
}

function failure(error: object, more: object = {}): CallResult {
  return {
    ok: false,
    index: 7,
    id: '8',
    request: sampleRequest,
    error: error as CallError,
    attempts: [sampleAttempt, sampleAttempt],
    timing: sampleTiming,
    ...more,
  }
}

describe('callRecord', () => {
  it('is the line of the contract', () => {
    expect(JSON.stringify(callRecord(success({ id: 1 })))).toBe(
      '{"index":0,"id":"1","url":"https://api.example.com/1","method":"GET","ok":true,"status":200,"attempts":1,"ms":203.1,' +
        '"timing":{"queued":0.4,"backoff":0,"connect":0.6,"firstByte":202.5,"body":0.2,"attempt":203},' +
        '"headers":{"content-type":"application/json"},"data":{"id":1}}',
    )
  })

  it('says why a call failed', () => {
    const error = { code: 'SLUICE_CLIENT_ERROR', summary: '404 Not Found' }
    expect(callRecord(failure(error, { status: 404, headers: { 'content-type': 'text/html' } }))).toEqual({
      index: 7,
      id: '8',
      url: sampleRequest.url,
      method: 'GET',
      ok: false,
      status: 404,
      attempts: 2,
      ms: 203.1,
      timing: { queued: 0.4, backoff: 0, connect: 0.6, firstByte: 202.5, body: 0.2, attempt: 203 },
      error: { code: 'SLUICE_CLIENT_ERROR', message: '404 Not Found' },
    })
  })

  it('gives the date on which to try again', () => {
    const error = { code: 'SLUICE_THROTTLED', summary: '429', retryAt: Date.UTC(2030, 0, 2) }
    expect(callRecord(failure(error)).error).toEqual({
      code: 'SLUICE_THROTTLED',
      message: '429',
      retryAt: '2030-01-02T00:00:00.000Z',
    })
    expect(
      callRecord(failure({ code: 'SLUICE_PAUSED', summary: 'x', retryAt: Number.POSITIVE_INFINITY })).error,
    ).toEqual({
      code: 'SLUICE_PAUSED',
      message: 'x',
    })
  })

  it('is whole for an input that was no request', () => {
    const { request: _, ...noRequest } = failure({
      code: 'SLUICE_BAD_INPUT',
      summary: 'r.jsonl:3: not valid JSON',
    }) as CallResult & { ok: false }
    const record = callRecord({ ...noRequest, attempts: [] })
    expect(record).toMatchObject({ index: 7, id: '8', ok: false, attempts: 0 })
    expect(record).not.toHaveProperty('url')
    expect(record).not.toHaveProperty('status')
  })

  it.each([
    [{ a: 1 }, 'application/json', { data: { a: 1 } }],
    [null, 'application/json', { data: null }],
    ['text of JSON', 'application/problem+json; charset=utf-8', { data: 'text of JSON' }],
    ['a text', 'model/gltf+json', { data: 'a text' }],
    ['plain', 'text/plain', { text: 'plain' }],
    ['', 'text/plain', { text: '' }],
    [[1], 'text/plain', { data: [1] }],
    [new Uint8Array([0, 255]), 'image/png', { base64: 'AP8=' }],
    [undefined, 'text/plain', {}],
  ])('writes the body %j of type %s as %j', (value, contentType, body) => {
    const { data, text, base64 } = callRecord(success(value, contentType))
    expect(JSON.parse(JSON.stringify({ data, text, base64 }))).toEqual(body)
  })

  it('writes JSON as text if it was requested as text', () => {
    expect(callRecord(success('{"a":1}', 'application/json', { readAs: 'text' })).text).toBe('{"a":1}')
    expect(callRecord(success('a', 'text/plain', { readAs: 'json' })).data).toBe('a')
  })

  it('leaves the body out if configured', () => {
    expect(callRecord(success({ a: 1 }), { body: false })).not.toHaveProperty('data')
  })

  it('includes requested headers, and masks credentials among all of them', () => {
    const headersWith = (includeHeaders: string[]): unknown => callRecord(success(1), { includeHeaders }).headers
    expect(headersWith(['X-A', 'missing'])).toEqual({ 'content-type': 'application/json', 'x-a': 'b' })
    expect(headersWith(['*'])).toEqual({ 'content-type': 'application/json', 'x-a': 'b', 'set-cookie': '***' })
    expect(headersWith(['set-cookie'])).toEqual({ 'content-type': 'application/json', 'set-cookie': 'sid=1' })
    const failed = failure(
      { code: 'SLUICE_SERVER_ERROR', summary: 'x' },
      { headers: { 'retry-after': '3', 'content-type': 'a' } },
    )
    expect(callRecord(failed, { includeHeaders: ['retry-after'] }).headers).toEqual({
      'content-type': 'a',
      'retry-after': '3',
    })
  })

  it('hands the meta of the request back', () => {
    expect(callRecord(success(1, 'a', { meta: { row: 1 } })).meta).toEqual({ row: 1 })
  })

  it('redacts ids, URLs, headers and messages', () => {
    const redact = (text: string): string => text.replaceAll('s3cr3t', '***')
    const url = 'https://x/?q=s3cr3t'
    const good = { ...success(1, 'a', { url }), id: url, headers: { location: '/s3cr3t' } } as CallResult
    const bad = failure({ code: 'SLUICE_BAD_INPUT', summary: 's3cr3t refused' }, { id: url })
    const records = [callRecord(good, { redact, includeHeaders: ['*'] }), callRecord(bad, { redact })]
    expect(JSON.stringify(records)).not.toContain('s3cr3t')
    expect(records[1]?.error?.message).toBe('*** refused')
  })
})
