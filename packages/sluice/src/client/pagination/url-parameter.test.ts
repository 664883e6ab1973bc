import { describe, expect, it } from 'vitest'
import { parameterOf, withParameter } from './url-parameter.ts'

describe('withParameter', () => {
  it.each([
    ['http://a.test/x', 'page', 'http://a.test/x?page=2'],
    ['http://a.test/x?', 'page', 'http://a.test/x?page=2'],
    ['http://a.test/x?q=a%20b+c&t', 'page', 'http://a.test/x?q=a%20b+c&t&page=2'],
    ['http://a.test/x?page=1&q=1', 'page', 'http://a.test/x?page=2&q=1'],
    ['http://a.test/x?page=1&q=1&page=7', 'page', 'http://a.test/x?page=2&q=1'],
    ['http://a.test/x?q#top', 'page', 'http://a.test/x?q&page=2'],
    ['http://a.test/x?page%5Bnumber%5D=1', 'page[number]', 'http://a.test/x?page%5Bnumber%5D=2'],
    ['http://a.test/x?page[number]=1', 'page[number]', 'http://a.test/x?page%5Bnumber%5D=2'],
    ['http://a.test/x?%=1', 'page', 'http://a.test/x?%=1&page=2'],
  ])('of %s sets %s, and leaves the rest as it is', (url, name, expected) => {
    expect(withParameter(url, name, '2')).toBe(expected)
  })

  it('encodes the value', () => {
    expect(withParameter('http://a.test/', 'cursor', 'a=&+ ü/')).toBe('http://a.test/?cursor=a%3D%26%2B%20%C3%BC%2F')
  })
})

describe('parameterOf', () => {
  it.each([
    ['http://a.test/x', undefined],
    ['http://a.test/x?page', ''],
    ['http://a.test/x?q=1&page=3&page=4', '3'],
    ['http://a.test/x?page=a+b%26', 'a b&'],
    ['http://a.test/x?q=1#?page=3', undefined],
  ])('of %s is %s', (url, expected) => {
    expect(parameterOf(url, 'page')).toBe(expected)
  })
})
