import { describe, expect, it } from 'vitest'
import { maskerOf } from './request-masker.ts'
import { secretsInUrl, secretsOf } from './request-secrets.ts'
import { secretMasker } from './secret-masker.ts'

const secrets = [
  'tOkEn-Zq8~+/x=9Kx',
  'hd"r\\se cr^et|7Q',
  "fi'le(se)cret*!4W",
  'pa ss"wo\\rd^9R',
  'p\u00e4%41ss\u20acw\u{1f600}rd&amp;x',
]

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')
const percent = encodeURIComponent

const encodings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'percent-encoded': percent,
  'percent-encoded in lower case': (text) => percent(text).replace(/%../g, (code) => code.toLowerCase()),
  'percent-encoded twice': (text) => percent(percent(text)),
  'percent-encoded in every letter': (text) => hex(text).replace(/../g, '%$&'),
  'written in a form': (text) => String(new URLSearchParams({ '': text })).slice(1),
  'in the query of a URL': (text) => new URL(`http://h/?${text}`).search.slice(1),
  'in the path of a URL': (text) => new URL(`http://h/${text}`).pathname.slice(1),
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'in JSON in a URL': (text) => percent(JSON.stringify(text).slice(1, -1)),
  'in HTML': (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/'/g, '&#39;').replace(/</g, '&lt;'),
  'in HTML by numbers': (text) => Array.from(text, (letter) => `&#x${letter.codePointAt(0)!.toString(16)};`).join(''),
  'in Markdown': (text) => text.replace(/([\\`*_{}[\]()#+\-.!|~^&])/g, '\\$1'),
  'in hexadecimal': hex,
  'in hexadecimal capitals': (text) => hex(text).toUpperCase(),
  'read as Latin-1': (text) => Buffer.from(text).toString('latin1'),
}

/** Encodings in which the letters at the ends depend on the text next to the secret. */
const embedded: Readonly<Record<string, (text: string) => string>> = {
  'in Base64': base64,
  'behind one letter in Base64': (text) => base64(`:${text}`),
  'behind two letters in Base64': (text) => base64(`a:${text}?`),
  'behind three letters in Base64': (text) => base64(`ab:${text}??`),
  'in Base64 for URLs': (text) => Buffer.from(`user:${text}`).toString('base64url'),
  'in Base64 in a URL': (text) => percent(base64(`user:${text}`)),
}

describe('a masker of secrets', () => {
  const mask = secretMasker(secrets)

  it.each(Object.entries(encodings))('finds a secret %s', (_, encoded) => {
    expect(secrets.map((secret) => mask(`before ${encoded(secret)} after`))).toEqual(
      secrets.map(() => 'before *** after'),
    )
  })

  it.each(Object.entries(embedded))('finds a secret %s', (_, encoded) => {
    for (const secret of secrets) {
      const text = encoded(secret)
      const shown = mask(text)
      expect(shown).toContain('***')
      // A few letters at the ends may depend on the secret and its neighbours, or on neither.
      expect(shown.length).toBeLessThan(Math.min(20, text.length))
    }
  })

  it('masks all of them in one text, and those that overlap as one', () => {
    expect(secretMasker(['abcdef', 'defghi', 'xyz1'])('-abcdefghi-xyz1-abcdef-')).toBe('-***-***-***-')
  })

  it('leaves a text as it is that has none in it, and looks for none that is too short', () => {
    const text = 'GET https://a.test/x?a=%20b&amp;c \\n done'
    expect(mask(text)).toBe(text)
    expect(secretMasker(['a', 'abc', ''])('a abc')).toBe('a abc')
    expect(secretMasker([])('abcd')).toBe('abcd')
  })

  it('takes time in proportion to the text', { timeout: 30_000 }, () => {
    for (const piece of ['a', '%41', '%', '\\', '&', 'tOkEn-', '%2525', 'hd"r\\', 'ZmknbGU', '&#', '&#x41;']) {
      const startedAt = performance.now()
      mask(piece.repeat(100_000 / piece.length))
      expect(performance.now() - startedAt, piece).toBeLessThan(2_000)
    }
  })
})

describe('the secrets of a request', () => {
  it.each([
    ['Bearer abcdef', ['Bearer abcdef', 'abcdef']],
    [`Basic ${base64('ada:pa:ss')}`, ['Basic YWRhOnBhOnNz', 'YWRhOnBhOnNz', 'ada:pa:ss', 'pa:ss']],
    ['sid=12345678; theme=dark', ['sid=12345678; theme=dark', '12345678']],
  ])('are those of the header %s', (value, expected) => {
    expect([...new Set(secretsOf(value))]).toEqual(expect.arrayContaining(expected))
    expect(secretsOf(value)).not.toContain('dark')
  })

  it.each([
    ['https://ada:p%40ss@a.test/?token=x%20y&page=2', ['p@ss', 'ada:p@ss', 'x y']],
    ['https://a.test/?page=2', []],
    ['no URL', []],
  ])('are those of the URL %s', (url, expected) => {
    expect(secretsInUrl(url)).toEqual(expected)
  })

  it('are masked in what a server says', () => {
    const headers = { authorization: 'Bearer abcdefgh', accept: '*/*' }
    const mask = maskerOf({ url: 'https://a.test/?api_key=k%2Fey1', headers })
    expect(mask('abcdefgh went to k/ey1 as */*')).toBe('*** went to *** as */*')
    expect(maskerOf({ url: 'https://a.test/', headers })('abcdefgh went to k/ey1')).toBe('*** went to k/ey1')
  })
})
