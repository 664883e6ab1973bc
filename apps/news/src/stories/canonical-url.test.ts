import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalUrl, isTracking, trackingParameters, trackingPrefixes } from './canonical-url.ts'

describe('the canonical URL', () => {
  it.each([
    ['HTTPS://Example.COM/Path', 'https://example.com/Path'],
    ['http://example.com/a', 'https://example.com/a'],
    ['https://www.example.com/a', 'https://example.com/a'],
    ['https://www.com/a', 'https://www.com/a'],
    ['https://example.com./a', 'https://example.com/a'],
    ['https://example.com:443/a', 'https://example.com/a'],
    ['http://example.com:80/a', 'https://example.com/a'],
    ['http://example.com:443/a', 'https://example.com/a'],
    ['https://example.com:8443/a', 'https://example.com:8443/a'],
    ['https://user:secret@example.com/a', 'https://example.com/a'],
    ['https://example.com/a#part', 'https://example.com/a'],
    ['https://example.com/a/', 'https://example.com/a'],
    ['https://example.com/a//?', 'https://example.com/a'],
    ['https://example.com/', 'https://example.com'],
    ['https://example.com/?b=2&a=1', 'https://example.com?a=1&b=2'],
    ['https://example.com/a?id=5&UTM_Source=x&utm_medium=y&fbclid=z', 'https://example.com/a?id=5'],
    ['https://example.com/a?CMP=share&gclid=1&mc_cid=2&mc_eid=3&ref=rss', 'https://example.com/a'],
    ['https://example.com/a?reference=1&mcx=2', 'https://example.com/a?mcx=2&reference=1'],
    ['https://example.com/a?x=2&x=1', 'https://example.com/a?x=2&x=1'],
    ['https://example.com/%e4%b8%ad', 'https://example.com/%E4%B8%AD'],
    ['https://example.com/中', 'https://example.com/%E4%B8%AD'],
    ['https://bücher.example/a', 'https://xn--bcher-kva.example/a'],
    ['  https://example.com/a\n', 'https://example.com/a'],
    ['https://news.ycombinator.com/item?id=1', 'https://news.ycombinator.com/item?id=1'],
  ])('of %s is %s', (given, expected) => {
    expect(canonicalUrl(given)).toBe(expected)
  })

  it.each([
    ['https://m.example.com/a', 'https://example.com/a'],
    ['https://mobile.example.com/a', 'https://example.com/a'],
    ['https://en.m.wikipedia.org/wiki/A', 'https://en.wikipedia.org/wiki/A'],
    ['https://amp.example.com/a', 'https://example.com/a'],
    ['https://example.com/2026/story/amp/', 'https://example.com/2026/story'],
    ['https://example.com/a-story/amp', 'https://example.com/a-story'],
    ['https://example.com/story.amp.html', 'https://example.com/story.html'],
    ['https://example.com/story?amp', 'https://example.com/story'],
    ['https://example.com/story?amp=1&outputType=AMP', 'https://example.com/story'],
    ['https://www.google.com/amp/s/www.example.com/a?utm_source=x', 'https://example.com/a'],
    ['https://example-com.cdn.ampproject.org/c/s/www.example.com/a', 'https://example.com/a'],
  ])('takes the mobile or AMP form off: %s', (given, expected) => {
    expect(canonicalUrl(given)).toBe(expected)
  })

  it.each([
    'https://m.me/a',
    'https://amp.dev/a',
    'https://mobile.de/a',
    'https://github.com/people/amp',
    'https://example.com/amp',
    'https://google.com/amp/s/nothing',
    'https://example.com/story?outputType=pdf',
  ])('leaves alone what may be a page of its own: %s', (url) => {
    expect(canonicalUrl(url)).toBe(url)
  })

  it.each(['', 'no address', 'mailto:a@b.example', 'javascript:alert(1)', 'http://', 'https://[::1', '//x'])(
    'leaves what is no http address as it is: %j',
    (text) => {
      expect(canonicalUrl(text)).toBe(text)
    },
  )

  it('of a canonical URL is the same again, whatever it was made of', () => {
    const host = fc.constantFrom(
      'www.m.www.example.com',
      'm.en.m.amp.x.org',
      'www..com',
      'a.cdn.ampproject.org',
      'google.com',
    )
    const path = fc.array(
      fc.constantFrom('amp', 's', 'c', 'a-1', '%2f', '..', '', 'x.amp.html', 'm.b.c', ':443', 'www.google.com', 'ü'),
    )
    const query = fc.constantFrom('', '?', '?utm_a=1&b', '?b=%20+&a=%zz', '?amp&AMP=1', '?outputType=amp&outputType=b')
    const odd = fc
      .tuple(fc.constantFrom('http', 'HTTPS'), host, fc.constantFrom('', ':443', ':80', ':8080'), path, query)
      .map(([scheme, name, port, parts, search]) => `${scheme}://${name}${port}/${parts.join('/')}${search}`)
    fc.assert(
      fc.property(fc.oneof(odd, fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()), (url) => {
        const once = canonicalUrl(url)
        expect(canonicalUrl(once)).toBe(once)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the same with any tracking parameter, in any case', () => {
    const names = [...trackingParameters, ...trackingPrefixes.map((prefix) => `${prefix}anything`)]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.boolean(), fc.string(), (name, isUpper, value) => {
        const parameter = `${isUpper ? name.toUpperCase() : name}=${encodeURIComponent(value.toWellFormed())}`
        expect(isTracking(isUpper ? name.toUpperCase() : name)).toBe(true)
        expect(canonicalUrl(`https://example.com/a?id=1&${parameter}`)).toBe('https://example.com/a?id=1')
      }),
    )
  })
})
