import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute, parsePage, within } from '../../../../test/pages/parsed-page.ts'
import { safeHtml } from '../../src/stories/safe-html.ts'

const base = 'https://site.example/blog/1'
const lazy = 'loading="lazy" decoding="async" referrerpolicy="no-referrer"'
const away = 'rel="noopener noreferrer nofollow"'

/** Fragments that hostile and broken markup is built from. */
const names = fc.constantFrom(
  ...'a p div img svg math script style iframe object embed form input button textarea title noscript template'.split(
    ' ',
  ),
  ...'table tr td h1 li ul pre details video source link meta base body html frame select option xmp plaintext'.split(
    ' ',
  ),
)
const addresses = fc.constantFrom(
  'javascript:alert(1)',
  ' jAva\nscript:alert(1)',
  '&#106;avascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  '//evil.example/x',
  'https://u:p@evil.example/"onerror="x',
  'http://[::1',
  '/relative?a=1&b=2',
  'mailto:a@b.example',
  'blob:https://x/1',
)
const attributes = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'href',
      'src',
      'srcset',
      'background',
      'action',
      'poster',
      'data',
      'xlink:href',
      'formaction',
      'data-src',
      'ping',
    ),
    addresses,
  ),
  fc.tuple(
    fc.constantFrom('onclick', 'onerror', 'style', 'class', 'id', 'name', 'srcdoc', 'dir', 'title', 'alt', 'width'),
    fc.constantFrom('alert(1)', 'x" onload="y', 'url(//e)', '1', "'"),
  ),
)
const attribute1 = attributes.map(([name, value]) => ` ${name}="${value}"`)
const piece = fc.oneof(
  fc.tuple(names, fc.array(attribute1, { maxLength: 3 })).map(([name, all]) => `<${name}${all.join('')}>`),
  names.map((name) => `</${name}>`),
  fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&lt;script&gt;',
    '<scr<script>ipt>',
    '<img src=x onerror=alert(1)',
    '</',
    '<a href="',
    '\0',
    '<?xml ?>',
    '<a/onclick=x>',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

const allowedAttributes: ReadonlySet<string> = new Set(
  'class href rel src alt width height loading decoding referrerpolicy controls preload start reversed type colspan rowspan datetime title tabindex dir'.split(
    ' ',
  ),
)
const forbidden: ReadonlySet<string> = new Set(
  'script style iframe object embed form input button textarea svg math link meta base template noscript frame select option title'.split(
    ' ',
  ),
)

function expectSafe(html: string): void {
  const page = parsePage(
    `<!DOCTYPE html><title>T</title><main><div class="body">${html}</div><p class="after">after</p></main>`,
  )
  const [main] = page.all('main')
  const body = within(main!, 'div').find((one) => attribute(one, 'class') === 'body')!
  // Elements after the text remain siblings of it.
  const after = page.all('p').find((one) => attribute(one, 'class') === 'after')!
  expect(after.parentNode).toBe(main)
  expect(page.all('title')).toHaveLength(1)
  for (const { tagName, attrs } of page.elements.slice(page.elements.indexOf(body))) {
    expect(forbidden).not.toContain(tagName)
    for (const { name, value } of attrs) {
      expect(allowedAttributes).toContain(name)
      if (name === 'href') expect(value).toMatch(/^(?:https?:\/\/[^@]*$|mailto:)/)
      if (name === 'src') expect(value).toMatch(/^https?:\/\//)
    }
  }
}

describe('safe HTML', () => {
  it('has no script, handler, style, form, or address of another scheme, whatever it is made of', () => {
    const html = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(html, fc.boolean(), (given, hasBase) => {
        const once = safeHtml(given, hasBase ? { base } : {})
        expectSafe(once)
        expectSafe(safeHtml(once, { base }))
      }),
      { numRuns: 600 },
    )
  })

  it.each([
    ['<p onclick="x()">a <b>b</b><script>alert(1)</script></p>', '<p>a <b>b</b></p>'],
    ['<a href="../2#x">two</a>', `<a href="https://site.example/2#x" ${away}>two</a>`],
    ['<a href="javascript:x">one</a><a href="#"></a>', '<a>one</a>'],
    ['<a href="mailto:a@b.example">mail</a>', `<a href="mailto:a@b.example" ${away}>mail</a>`],
    [
      '<img src="a.png" srcset="https://track.example/b.png 2x" style="x">',
      `<img src="https://site.example/blog/a.png" alt="" ${lazy} />`,
    ],
    [
      '<img src="data:image/gif;base64,R0" data-src="/late.png" alt="A">',
      `<img src="https://site.example/late.png" alt="A" ${lazy} />`,
    ],
    ['<img src="/t.gif" width="1" height="1"><img alt="none">', ''],
    ['<h1>One</h1><h2>Two</h2>', '<h3>One</h3><h3>Two</h3>'],
    [
      '<iframe src="//video.example/1" onload="x"></iframe>',
      `<a href="https://video.example/1" ${away}>Embedded page of video.example</a>`,
    ],
    [
      '<video autoplay src="/v.mp4" poster="//t.example"></video>',
      '<video src="https://site.example/v.mp4" controls preload="none"></video>',
    ],
    [
      '<table background="//t.example"><tr><td colspan="2" bgcolor="x">1',
      '<table><tr><td colspan="2">1</td></tr></table>',
    ],
    ['1 &lt; 2 &amp;&nbsp;3', '1 &lt; 2 &amp;\u00a03'],
    ['<p>one</div></main><p>two', '<p>one</p><p>two</p>'],
  ])('makes %s safe', (given, expected) => {
    expect(safeHtml(given, { base })).toBe(expected)
  })

  it('shows images under other addresses, or not at all', () => {
    const html = '<img src="/a.png"><img src="https://b.example/b.png">'
    const image = (address: string) => (address.includes('site.example') ? `/image/${address.length}` : undefined)
    expect(safeHtml(html, { base, image })).toBe(`<img src="/image/26" alt="" ${lazy} />`)
  })

  it('leaves out what is too deep, and ends what parsers would take very long for', () => {
    expect(safeHtml(`${'<div>'.repeat(100)}text${'</div>'.repeat(100)}<p>after`)).toMatch(/text.*<p>after<\/p>$/)
    expect(safeHtml(`<p>before</p>${'<b><i>'.repeat(2_000)}<p>after`)).not.toContain('after')
    expect(safeHtml(`${'<p>one<li>two<br>'.repeat(3_000)}after`)).toContain('after')
  })
})
