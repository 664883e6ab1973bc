import { describe, expect, it } from 'vitest'
import { createRequest } from './create-request.ts'
import { isRepeatable } from './request.ts'
import { statusLine } from './response.ts'

describe('isRepeatable', () => {
  it.each([
    ['GET', true],
    ['HEAD', true],
    ['OPTIONS', true],
    ['TRACE', true],
    ['PUT', true],
    ['DELETE', true],
    ['QUERY', true],
    ['POST', false],
    ['PATCH', false],
    ['LINK', false],
  ])('says of %s: %s', (method, expected) => {
    expect(isRepeatable(request(method))).toBe(expected)
  })

  it.each(['POST', 'PATCH'])('says yes of %s with an idempotency key', (method) => {
    expect(isRepeatable(request(method, { 'Idempotency-Key': '4711' }))).toBe(true)
  })
})

describe('statusLine', () => {
  it.each([
    [301, '301 Moved Permanently'],
    [404, '404 Not Found'],
    [413, '413 Content Too Large'],
    [429, '429 Too Many Requests'],
    [503, '503 Service Unavailable'],
    [418, '418'],
    [520, '520'],
    [599, '599'],
  ])('writes %d with its phrase, if it has a registered one: %s', (status, expected) => {
    expect(statusLine(status)).toBe(expected)
  })
})

function request(method: string, headers: Record<string, string> = {}) {
  return createRequest(
    { url: 'https://api.test/', method, headers },
    { baseUrl: undefined, headers: {}, partition: undefined },
  )
}
