import { describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { ApiRequest, RequestSpec } from '../../http/request.ts'
import type { CachedHead } from './cache-store.ts'
import { mayStore, mayUseCache } from './may-store.ts'
import type { CacheMode } from './options.ts'

function requestOf(spec: Partial<RequestSpec>): ApiRequest {
  return createRequest({ url: 'https://a.test/x', ...spec }, { baseUrl: undefined, headers: {}, partition: undefined })
}

function answer(headers: Record<string, string>, status = 200): CachedHead {
  return { status, headers, requestTime: 0, responseTime: 0 }
}

describe('a request', () => {
  it.each<[Partial<RequestSpec>, boolean]>([
    [{}, true],
    [{ headers: { authorization: 'Bearer a' } }, true],
    [{ method: 'HEAD' }, false],
    [{ method: 'POST' }, false],
    [{ method: 'GET', body: 'q' }, false],
    [{ headers: { range: 'bytes=0-9' } }, false],
    [{ headers: { 'if-none-match': '"a"' } }, false],
    [{ headers: { 'if-modified-since': 'x' } }, false],
    [{ headers: { 'if-match': '"a"' } }, false],
    [{ headers: { 'if-unmodified-since': 'x' } }, false],
    [{ headers: { 'if-range': '"a"' } }, false],
  ])('%o may be answered from what is kept: %s', (spec, expected) => {
    expect(mayUseCache(requestOf(spec))).toBe(expected)
  })
})

describe('a response (RFC 9111 section 3)', () => {
  const etag = { etag: '"a"' }
  it.each<[CacheMode, string, CachedHead, boolean]>([
    ['http', 'with a lifetime', answer({ 'cache-control': 'max-age=60' }), true],
    ['http', 'with a validator', answer(etag), true],
    ['http', 'with neither', answer({}), false],
    ['http', 'that is stale at once, and cannot be validated', answer({ 'cache-control': 'max-age=0' }), false],
    [
      'http',
      'that is stale at once, and does in trouble',
      answer({ 'cache-control': 'max-age=0, stale-if-error=9' }),
      true,
    ],
    ['http', 'that has to be validated, and cannot be', answer({ 'cache-control': 'max-age=60, no-cache' }), false],
    ['http', 'that has to be validated', answer({ 'cache-control': 'no-cache', ...etag }), true],
    ['http', 'that is private', answer({ 'cache-control': 'private, max-age=60' }), true],
    ['http', 'that must not be kept', answer({ 'cache-control': 'no-store, max-age=60', ...etag }), false],
    ['http', 'that we understand', answer({ 'cache-control': 'no-store, must-understand, max-age=60' }), true],
    ['http', 'that is like no other', answer({ 'cache-control': 'max-age=60', vary: 'accept, *' }), false],
    ['http', 'that is a part', answer({ 'cache-control': 'max-age=60', ...etag }, 206), false],
    ['http', 'that has no body of its own', answer({ 'cache-control': 'max-age=60', ...etag }, 304), false],
    ['http', 'that is a failure', answer({ 'cache-control': 'max-age=60' }, 404), false],
    ['http', 'that leads elsewhere for a time', answer({ 'cache-control': 'max-age=60' }, 302), true],
    ['revalidate', 'with an entity tag', answer(etag), true],
    ['revalidate', 'with a date', answer({ 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }), true],
    ['revalidate', 'with a lifetime only', answer({ 'cache-control': 'max-age=60' }), false],
    ['revalidate', 'that must not be kept', answer({ 'cache-control': 'no-store', ...etag }), false],
  ])('in mode %s, %s', (mode, _, head, expected) => {
    expect(mayStore(mode, requestOf({}), head)).toBe(expected)
  })

  it('is not kept if the request forbids it', () => {
    const request = requestOf({ headers: { 'cache-control': 'no-store' } })
    expect(mayStore('http', request, answer({ 'cache-control': 'max-age=60' }))).toBe(false)
  })
})
