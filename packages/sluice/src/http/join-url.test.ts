import { describe, expect, it } from 'vitest'
import { joinUrl } from './join-url.ts'

describe('a URL joined to a base URL', () => {
  it.each([
    ['/api/v2', '/tickets/1'],
    ['/api/v2', 'tickets/1'],
    ['/api/v2/', '/tickets/1'],
    ['/api/v2/', 'tickets/1'],
  ])('goes to the end of its path: %s and %s', (base, path) => {
    expect(joinUrl(path, `https://a.test${base}`).href).toBe('https://a.test/api/v2/tickets/1')
  })

  it.each([
    ['https://a.test', '/x', 'https://a.test/x'],
    ['https://a.test', '', 'https://a.test/'],
    ['https://a.test/api', '', 'https://a.test/api'],
    ['https://a.test/api/', '', 'https://a.test/api/'],
    ['https://a.test/api', '?x=1', 'https://a.test/api?x=1'],
    ['https://a.test/api/', '?x=1', 'https://a.test/api/?x=1'],
    ['https://a.test/api', '#top', 'https://a.test/api#top'],
    ['https://a.test/api?old=1#f', 'x?y=1', 'https://a.test/api/x?y=1'],
    ['https://ada:pw@a.test/api', '/x', 'https://ada:pw@a.test/api/x'],
    ['https://a.test/api/v2', '../v1/x', 'https://a.test/api/v1/x'],
    ['https://a.test/api', 'a%3Ab/c', 'https://a.test/api/a%3Ab/c'],
    ['https://a.test/api', '\t/x', 'https://a.test/api/x'],
    ['https://a.test/api', 'https://b.test/x', 'https://b.test/x'],
    ['https://a.test/api', ' https://b.test/x', 'https://b.test/x'],
    ['https://a.test/api', 'mailto:x', 'mailto:x'],
    ['https://a.test/api', '/M%FCnchen?city=M%FCnchen', 'https://a.test/api/M%FCnchen?city=M%FCnchen'],
  ])('%s and %j make %s', (base, text, expected) => {
    expect(joinUrl(text, base).href).toBe(expected)
  })

  it.each(['//b.test/x', '\\\\b.test/x', '/\\b.test/x', ' //b.test/x'])('never leads to another host: %j', (text) => {
    expect(() => joinUrl(text, 'https://a.test/')).toThrow('Invalid URL')
  })

  it('is one of its own without a base, or none', () => {
    expect(joinUrl('https://a.test/x').href).toBe('https://a.test/x')
    expect(joinUrl(new URL('https://a.test/x'), 'https://b.test/api').href).toBe('https://a.test/x')
    expect(() => joinUrl('/x')).toThrow()
  })
})
