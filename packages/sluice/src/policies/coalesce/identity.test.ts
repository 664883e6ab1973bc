import { describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { RequestSpec } from '../../http/request.ts'
import { Call } from '../attempt.ts'
import { identityOf, isShareable } from './identity.ts'

function callOf(spec: Partial<RequestSpec>): Call {
  const defaults = { baseUrl: undefined, headers: { accept: '*/*' }, partition: undefined }
  const request = createRequest({ url: 'https://a.test/x', ...spec }, defaults)
  const observer = { onAttempt() {}, onBackoff() {} }
  return new Call({ request, index: 0, arrival: 0, startedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, observer })
}

describe('what may be shared', () => {
  it.each<[Partial<RequestSpec>, boolean]>([
    [{}, true],
    [{ method: 'HEAD' }, true],
    [{ method: 'GET', body: 'query' }, false],
    [{ method: 'POST', json: 1 }, false],
    [{ method: 'PUT' }, false],
    [{ method: 'DELETE' }, false],
    [{ method: 'OPTIONS' }, false],
    [{ method: 'QUERY' }, false],
  ])('%o: %s', (spec, expected) => {
    expect(isShareable(callOf(spec))).toBe(expected)
  })
})

describe('the identity of a call', () => {
  const plain = identityOf(callOf({}))

  it.each<[string, Partial<RequestSpec>]>([
    ['its id', { id: 7 }],
    ['its meta', { meta: { row: 1 } }],
    ['its weight', { weight: 3 }],
    ['an idempotency key', { headers: { 'idempotency-key': 'k' } }],
    ['how a header is written', { headers: { Accept: '*/*' } }],
  ])('is not %s', (_, spec) => {
    expect(identityOf(callOf(spec))).toBe(plain)
  })

  it.each<[string, Partial<RequestSpec>]>([
    ['method', { method: 'HEAD' }],
    ['URL', { url: 'https://a.test/y' }],
    ['query', { query: { page: 2 } }],
    ['headers', { headers: { accept: 'text/csv' } }],
    ['credentials', { headers: { authorization: 'Bearer b' } }],
    ['readAs', { readAs: 'text' }],
    ['partition', { partition: 'other' }],
    ['priority', { priority: 1 }],
    ['timeout', { timeout: '1s' }],
  ])('is another one with another %s', (_, spec) => {
    expect(identityOf(callOf(spec))).not.toBe(plain)
  })

  it('is the same whatever the order of the headers', () => {
    const one = callOf({ headers: { 'x-a': '1', 'x-b': '2' } })
    const other = callOf({ headers: { 'x-b': '2', 'x-a': '1' } })
    expect(identityOf(one)).toBe(identityOf(other))
  })
})
