import { describe, expect, it } from 'vitest'
import { followUrl } from './follow-url.ts'

const rules = {
  from: 'https://a.test/v1/items?page=1',
  base: 'https://a.test/v1/items?page=1',
  page: 3,
  origins: new Set(['https://a.test']),
}

describe('the next URL', () => {
  it.each([
    ['/v1/items?page=2', 'https://a.test/v1/items?page=2'],
    ['?page=2', 'https://a.test/v1/items?page=2'],
    ['https://a.test:443/x#top', 'https://a.test/x'],
  ])('%s is followed on the same origin', (target, url) => {
    expect(followUrl(target, rules)).toBe(url)
  })

  it('is resolved against the URL after redirects, and followed only on the same origin', () => {
    expect(followUrl('?page=2', { ...rules, base: 'https://a.test/v2/items' })).toBe('https://a.test/v2/items?page=2')
    expect(followUrl('?page=2', { ...rules, base: 'https://b.test/v2/items' })).toMatchObject({
      code: 'SLUICE_PAGE_ORIGIN',
    })
  })

  it.each([
    ['https://b.test/x', 'that is another origin than https://a.test; allowOrigins'],
    ['//b.test/x', 'that is another origin'],
    ['http://a.test:8080/x', 'that is another origin'],
    ['https://a.test:8443/x', 'that is another origin'],
    ['https://ada:pw@a.test/x', 'it carries credentials'],
    ['ftp://a.test/x', 'only http and https are followed'],
    ['javascript:alert(1)', 'only http and https are followed'],
  ])('%s is refused', (target, why) => {
    expect(followUrl(target, rules)).toMatchObject({
      name: 'PaginationError',
      code: 'SLUICE_PAGE_ORIGIN',
      page: 3,
      message: expect.stringContaining(why),
    })
  })

  it('is followed from http to https of the same host, and not to another port', () => {
    const plain = { ...rules, from: 'http://a.test/x', base: 'http://a.test/x', origins: new Set(['http://a.test']) }
    expect(followUrl('https://a.test/y', plain)).toBe('https://a.test/y')
    expect(followUrl('https://b.test/y', plain)).toMatchObject({ code: 'SLUICE_PAGE_ORIGIN' })
    expect(followUrl('https://a.test:8443/y', plain)).toMatchObject({ code: 'SLUICE_PAGE_ORIGIN' })
  })

  it('is upgraded to https if a server behind TLS states its own URL as http', () => {
    expect(followUrl('http://a.test/y', rules)).toBe('https://a.test/y')
    const onPort = { ...rules, from: 'https://a.test:8443/x', base: 'https://a.test:8443/x' }
    expect(followUrl('http://a.test:8443/y', onPort)).toBe('https://a.test:8443/y')
    expect(followUrl('http://a.test/y', onPort)).toBe('https://a.test:8443/y')
    expect(followUrl('http://a.test:8080/y', onPort)).toMatchObject({ code: 'SLUICE_PAGE_ORIGIN' })
    expect(followUrl('http://a.test:443/y', rules)).toBe('https://a.test/y')
    expect(followUrl('http://b.test/y', rules)).toMatchObject({ code: 'SLUICE_PAGE_ORIGIN' })
  })

  it('appears in an error without the credentials of the request', () => {
    const mask = (text: string): string => text.replaceAll('geheim', '***')
    const error = followUrl(`ftp://a.test/${'x'.repeat(170)}geheim`, { ...rules, mask }) as Error
    expect(error.message).toContain('***')
    expect(error.message).not.toContain('gehe')
  })

  it('is followed to an origin that the caller has named', () => {
    expect(followUrl('https://b.test/y', { ...rules, origins: new Set(['https://b.test']) })).toBe('https://b.test/y')
  })

  it('that is invalid appears in an error shortened and without its secrets', () => {
    expect(followUrl('https://[x?token=geheim', rules)).toMatchObject({
      code: 'SLUICE_PAGE_SHAPE',
      message: 'page 3: the next page is at "https://[x?token=***", which is not a URL',
    })
    const long = followUrl(`https://b.test/${'x'.repeat(10_000)}`, rules) as Error
    expect(long.message.length).toBeLessThan(400)
  })
})
