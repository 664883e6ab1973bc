import { describe, expect, it } from 'vitest'
import { preconditions } from './preconditions.ts'

const now = { etag: '"b"', lastModified: Date.UTC(2026, 0, 1, 12, 0, 0, 700) }
const before = 'Thu, 01 Jan 2026 11:59:59 GMT'
const then = 'Thu, 01 Jan 2026 12:00:00 GMT'

describe('preconditions', () => {
  it.each([
    ['GET', {}, 'go'],
    ['GET', { 'if-none-match': '"b"' }, 'not-modified'],
    ['HEAD', { 'if-none-match': '"b"' }, 'not-modified'],
    ['GET', { 'if-none-match': 'W/"b"' }, 'not-modified'],
    ['GET', { 'if-none-match': '"a", "b,c" , "b"' }, 'not-modified'],
    ['GET', { 'if-none-match': '"b,c"' }, 'go'],
    ['GET', { 'if-none-match': '*' }, 'not-modified'],
    ['GET', { 'if-none-match': '"a"' }, 'go'],
    ['GET', { 'if-modified-since': then }, 'not-modified'],
    ['GET', { 'if-modified-since': 'Thursday, 01-Jan-26 12:00:00 GMT' }, 'not-modified'],
    ['GET', { 'if-modified-since': before }, 'go'],
    ['GET', { 'if-modified-since': 'lately' }, 'go'],
    ['GET', { 'if-none-match': '"a"', 'if-modified-since': then }, 'go'],
    ['GET', { 'if-none-match': '"b"', 'if-modified-since': before }, 'not-modified'],
    ['PUT', { 'if-modified-since': then }, 'go'],
    ['PUT', { 'if-match': '"b"' }, 'go'],
    ['PUT', { 'if-match': 'W/"b"' }, 'failed'],
    ['PUT', { 'if-match': '"a"' }, 'failed'],
    ['PUT', { 'if-match': '*' }, 'go'],
    ['DELETE', { 'if-none-match': '*' }, 'failed'],
    ['DELETE', { 'if-unmodified-since': then }, 'go'],
    ['DELETE', { 'if-unmodified-since': before }, 'failed'],
    ['DELETE', { 'if-match': '"b"', 'if-unmodified-since': before }, 'go'],
    ['GET', { 'if-match': '"a"', 'if-none-match': '"b"' }, 'failed'],
  ])('%s with %j: %s', (method, headers: Record<string, string>, expected) => {
    expect(preconditions(method, headers, now)).toBe(expected)
  })
})
