import fc from 'fast-check'
import { parseFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import { attribute, type ParsedPage, parsePage, textOf } from '../../../../test/pages/parsed-page.ts'
import { article, noon, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { type Visitor, visitor } from './visitor.ts'

const nasty = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><svg/onload=alert(1)>',
  '&lt;b&gt; &amp; &#0; ]]> <![CDATA[ --> <!--',
  '\u202egpj.exe\u2066\u0000\u0007\u001b[31m',
  '\ud800 half \udfff',
  'a\u0301'.repeat(4_000),
  'x'.repeat(100_000),
  '{{7*7}} %00 %3Cscript%3E',
  '',
  '   \n\t  ',
]
const addresses = [
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.example',
  'https://bank.example@evil.example/',
  'http://',
  'https://x.example/"onclick="alert(1)',
  'http://[::1',
  '',
]

function newsOf(text: string, url: string): Visitor {
  const one = article(text, 3, { url, title: text, summary: text, author: text, section: text, language: text })
  const health = { source: text, state: 'failing', message: text, failures: 2, nextAt: noon } as const
  const store = smallStore([story(1, [one, one])], [health])
  return visitor({
    store,
    title: text,
    sources: [{ key: text, title: text, homepage: url }],
    refresh: async () => {},
  })
}

/** Checks that nothing on the page runs, loads or navigates, except safe links. */
function expectHarmless(page: ParsedPage): void {
  expect(page.problems).toEqual([])
  expect(page.all('script').map((script) => attribute(script, 'src'))).toEqual(['/assets/reader.js'])
  for (const name of ['img', 'iframe', 'object', 'embed', 'svg', 'style', 'base', 'b'])
    expect(page.all(name)).toEqual([])
  for (const { attrs } of page.elements) {
    for (const { name, value } of attrs) {
      expect(name).not.toMatch(/^on|^style$|^srcdoc$/)
      if (name === 'href' || name === 'action' || name === 'src') expect(value).toMatch(/^(\/(?!\/)|#|https?:\/\/)/)
    }
  }
  for (const link of page.all('a')) {
    if (attribute(link, 'href')?.startsWith('http')) expect(attribute(link, 'rel')).toBe('noopener noreferrer nofollow')
  }
  expect(textOf(page.all('body')[0]).length).toBeLessThan(20_000)
}

async function expectHarmlessPages({ page }: Visitor, text: string): Promise<void> {
  for (const path of ['/', '/story/1', '/sources']) expectHarmless(await page(path))
  const query = new URLSearchParams({ q: text.slice(0, 190) || 'x', section: text.slice(0, 90) || 'x' })
  expectHarmless(await page(`/?${query}`))
}

describe('what sources send', () => {
  it.each(nasty.map((text, index) => [index, text] as const))('stays text on every page (%#)', async (_, text) => {
    await expectHarmlessPages(newsOf(text, 'https://x.example/'), text)
  })

  it.each(addresses)('is not a link unless it is a web address: %s', async (url) => {
    const reader = newsOf('A title', url)
    await expectHarmlessPages(reader, 'A title')
    const hrefs = (await reader.page('/story/1')).all('a').map((link) => attribute(link, 'href')!)
    for (const href of hrefs) expect(href).toMatch(/^(\/|#|https:\/\/x\.example\/%22onclick=%22alert\(1\)$)/)
  })

  it('stays text whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.webUrl({ withFragments: true }),
        async (text, url) => {
          await expectHarmlessPages(newsOf(text, url), text)
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each(nasty.map((text, index) => [index, text] as const))(
    'leaves every feed one that can be read (%#)',
    async (_, text) => {
      const { get } = newsOf(text, 'javascript:alert(1)')
      for (const path of ['/feed.xml', '/atom.xml', '/feed.json']) {
        const answer = await (await get(path)).text()
        expect(answer).not.toContain('javascript:')
        expect(() => parseFeed(answer)).not.toThrow()
      }
      expect(parsePage(await (await get('/opml')).text()).all('outline')).toHaveLength(1)
    },
  )
})
