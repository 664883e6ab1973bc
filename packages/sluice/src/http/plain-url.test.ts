import { describe, expect, it } from 'vitest'
import { plainOrigin, rememberOrigin } from './plain-url.ts'

/** Printable ASCII and a few other characters, in positions where they could have a meaning. */
const characters = [...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)), '\t', 'é', '\u2028']
const places = [
  '/x#y',
  '/ax#b?c',
  '/x',
  '/x/../y',
  '/a/x',
  '/ax/b',
  '/a?x=1',
  '/a?b=x&c',
  '/a?b=c/x.',
  '/x.',
  '/.x',
  '/a/.x/b',
  '/..x',
  '//x',
]

describe('plainOrigin', () => {
  it('takes for plain only what parsing returns unchanged', () => {
    for (const origin of ['http://api.test:8080', 'https://api.test', 'http://[::1]:1', 'http://a']) {
      rememberOrigin(origin)
      let plain = 0
      for (const place of places) {
        for (const one of characters) {
          for (const two of ['', ...characters]) {
            const url = `${origin}${place.replace('x', one + two)}`
            const found = plainOrigin(url)
            if (found === undefined) continue
            plain++
            const parsed = new URL(url)
            if (parsed.href !== url || parsed.origin !== found)
              expect([url, found]).toEqual([parsed.href, parsed.origin])
          }
        }
      }
      expect(plain).toBeGreaterThan(20_000)
    }
  })

  it('knows nothing of origins that no parsed URL has given, however they are written', () => {
    rememberOrigin('https://known.test')
    expect(plainOrigin('https://known.test/a')).toBe('https://known.test')
    for (const url of [
      'https://KNOWN.test/a',
      'https://known.test:443/a',
      'https://ada:secret@known.test/a',
      ' https://known.test/a',
      'https:/known.test/a',
      'https://known.test',
      'https://unknown.test/a',
      'http://known.test/a',
      '/a',
      '',
    ]) {
      expect(plainOrigin(url), url).toBeUndefined()
    }
  })

  it('does not grow with the number of hosts', () => {
    for (let host = 0; host < 5_000; host++) rememberOrigin(`https://h${host}.test`)
    const remembered = Array.from({ length: 5_000 }, (_, host) => plainOrigin(`https://h${host}.test/`))
    expect(remembered.filter((origin) => origin !== undefined).length).toBeLessThanOrEqual(1_000)
    expect(plainOrigin('https://h4999.test/')).toBe('https://h4999.test')
  })
})
