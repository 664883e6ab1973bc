import { describe, expect, it } from 'vitest'
import type { CachedResponse } from './cache-store.ts'
import { confirms, freshened, keptHeaders } from './validation.ts'

function kept(headers: Record<string, string>): CachedResponse {
  return { status: 200, headers, body: Buffer.from('body'), requestTime: 0, responseTime: 0 }
}

const notModified = (headers: Record<string, string>) => ({ status: 304, headers, body: new Uint8Array() })

describe('a 304', () => {
  it.each<[Record<string, string>, Record<string, string>, boolean]>([
    [{ etag: '"a"' }, { etag: '"a"' }, true],
    [{ etag: '"a"' }, { etag: '"b"' }, false],
    [{ etag: '"a"' }, {}, true],
    [{ etag: 'W/"a"' }, { etag: 'W/"a"' }, true],
    [{ etag: 'W/"a"' }, { etag: '"a"' }, true],
    [{ etag: '"a"' }, { etag: 'W/"a"' }, true],
    [{ etag: '"a"', 'last-modified': 'x' }, { etag: '"a"', 'last-modified': 'y' }, true],
    [{ etag: '"a"' }, { 'last-modified': 'y' }, true],
    [{ 'last-modified': 'x' }, { 'last-modified': 'x' }, true],
    [{ 'last-modified': 'x' }, { 'last-modified': 'y' }, false],
    [{ 'last-modified': 'x' }, { etag: '"a"' }, false],
    [{ 'last-modified': 'x' }, {}, true],
  ])('to what was kept with %o, that says %o, confirms it: %s', (headers, said, expected) => {
    expect(confirms(notModified(said), kept(headers))).toBe(expected)
  })

  it('brings headers anew, but for those of the body that we have and of its connection', () => {
    const old = {
      'content-type': 'application/json',
      'content-length': '4',
      'content-encoding': 'gzip',
      'cache-control': 'max-age=1',
      age: '50',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
      'x-only-old': 'old',
    }
    const said = {
      'content-type': 'text/html',
      'content-length': '0',
      'content-encoding': 'br',
      'content-range': 'bytes 0-1/2',
      'cache-control': 'max-age=60',
      connection: 'close',
      'x-only-new': 'new',
    }
    const answer = freshened(kept(old), notModified(said), { requestTime: 10, responseTime: 20 })
    expect(answer).toEqual({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'content-length': '4',
        'content-encoding': 'gzip',
        'cache-control': 'max-age=60',
        'x-only-old': 'old',
        'x-only-new': 'new',
      },
      body: Buffer.from('body'),
      requestTime: 10,
      responseTime: 20,
    })
  })

  it('has the age and the date of its own', () => {
    const said = { age: '3', date: 'Fri, 02 Jan 2026 00:00:00 GMT' }
    expect(
      freshened(kept({ age: '50', date: 'x' }), notModified(said), { requestTime: 0, responseTime: 0 }).headers,
    ).toEqual(said)
  })
})

describe('the headers of a response', () => {
  it('are kept, but for those of the connection', () => {
    expect(keptHeaders({ etag: '"a"', connection: 'close', 'transfer-encoding': 'chunked', 'x-a': '1' })).toEqual({
      etag: '"a"',
      'x-a': '1',
    })
  })
})
