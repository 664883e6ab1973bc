import { describe, expect, it } from 'vitest'
import { refusalWords } from './refusal-words.ts'
import type { ApiResponse } from './response.ts'

function answered(status: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, body: new TextEncoder().encode(text) }
}

describe('a refusal', () => {
  it.each<[string, number, unknown, Record<string, string>?]>([
    ['Google', 403, { error: { errors: [{ reason: 'userRateLimitExceeded' }] } }],
    ['Google', 403, { error: { errors: [{ reason: 'rateLimitExceeded' }] } }],
    ['Google', 400, { error: { status: 'RESOURCE_EXHAUSTED' } }],
    ['AWS JSON', 400, { __type: 'ThrottlingException', message: 'Rate exceeded' }],
    [
      'AWS JSON with a namespace',
      400,
      { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
    ],
    ['AWS in a header', 400, '', { 'x-amzn-errortype': 'TooManyRequestsException:http://internal.amazon.com/coral/' }],
    ['AWS XML', 503, '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>'],
    ['S3', 503, '<Error><Code>SlowDown</Code></Error>'],
    ['Azure', 503, { error: { code: 'ServerBusy' } }],
    ['Salesforce', 403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }]],
    ['GraphQL', 400, { errors: [{ extensions: { code: 'THROTTLED' } }] }],
    ['Meta', 400, { error: { message: '(#4) Application request limit reached', code: 4 } }],
    ['GitHub, the primary limit', 403, { message: 'API rate limit exceeded for user ID 1.' }],
    ['plain text', 403, 'Too many requests'],
  ])('of %s says throttled with %d', (_api, status, body, headers) => {
    expect(refusalWords(answered(status, body, headers))).toMatchObject({ means: 'throttled' })
  })

  it.each([
    ['OpenAI', 429, { error: { code: 'insufficient_quota' } }],
    ['YouTube', 403, { error: { errors: [{ reason: 'quotaExceeded' }] } }],
    ['Google', 403, { error: { errors: [{ reason: 'dailyLimitExceeded' }] } }],
    ['Gemini', 429, { details: [{ quotaId: 'GenerateRequestsPerDayPerProject' }, { retryDelay: '34s' }] }],
    ['News API', 429, { code: 'apiKeyExhausted' }],
  ])('of %s says used up with %d', (_api, status, body) => {
    expect(refusalWords(answered(status, body))).toEqual({ means: 'used up' })
  })

  it.each([
    [403, { message: 'Resource not accessible by integration' }],
    [403, ''],
    [400, { error: 'rate must be a number', field: 'Throttling settings' }],
    [404, { __type: 'ThrottlingException' }],
    [500, { __type: 'ThrottlingException' }],
    [403, `${' '.repeat(65_536)}"ThrottlingException"`],
  ])('says nothing of a rate with %d %j', (status, body) => {
    expect(refusalWords(answered(status, body))).toBeUndefined()
  })

  it.each([
    ['GitHub’s secondary limit waits a minute', 403, { message: 'You have exceeded a secondary rate limit.' }, 60_000],
    ['Telegram', 429, { parameters: { retry_after: 35 } }, 35_000],
    ['Discord', 429, { retry_after: 0.25 }, 250],
    ['Google', 429, { details: [{ retryDelay: '34.074824224s' }] }, 34_075],
    ['a wait beyond all reason', 429, { retry_after: 99_999_999_999 }, undefined],
    ['no time', 429, { message: 'slow down' }, undefined],
  ])('may name a time: %s', (_api, status, body, wait) => {
    expect(refusalWords(answered(status, body))?.wait).toBe(wait)
  })

  it('is read without a body', () => {
    for (const body of [undefined, null]) {
      const cut = { status: 429, headers: {}, body } as unknown as ApiResponse
      expect(refusalWords(cut)).toBeUndefined()
    }
  })

  it('is read in no time, whatever the body', () => {
    const before = process.cpuUsage()
    for (const piece of ['"quotaId"', '"quotaId": "', '"retry_after": 1', 'rate limit ', '"', '(#', '1']) {
      refusalWords(answered(429, piece.repeat(100_000)))
    }
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
  })
})
