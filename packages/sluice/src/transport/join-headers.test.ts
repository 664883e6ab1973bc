import { describe, expect, it } from 'vitest'
import { joinHeaders } from './answer.ts'

describe('joinHeaders', () => {
  it('joins values with commas, and cookies with line breaks', () => {
    expect(joinHeaders({ link: ['<1>', '<2>'], 'set-cookie': ['a=1', 'a=1'], etag: '"x"' })).toEqual({
      link: '<1>, <2>',
      'set-cookie': 'a=1\na=1',
      etag: '"x"',
    })
  })

  it('takes the first of several locations: both together would be another URL', () => {
    expect(joinHeaders({ location: ['/a', '/b'] })).toEqual({ location: '/a' })
  })

  it('takes the same value twice as one, but for codings, which may have been applied twice', () => {
    expect(
      joinHeaders({
        'content-type': ['application/json', 'application/json'],
        'retry-after': ['1', '1'],
        'content-encoding': ['gzip', 'gzip'],
        'transfer-encoding': ['chunked', 'chunked'],
      }),
    ).toEqual({
      'content-type': 'application/json',
      'retry-after': '1',
      'content-encoding': 'gzip, gzip',
      'transfer-encoding': 'chunked, chunked',
    })
  })
})
