import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { describe, expect, it } from 'vitest'
import { attribute, type ParsedPage, parsePage, textOf } from '../../../test/pages/parsed-page.ts'
import { benchmarkHtml, benchmarkMarkdown, runHtml, runMarkdown } from '../src/index.ts'
import { benchmarkWith, runWith } from './retold.ts'

/** Hostile texts for URLs, messages and titles. */
const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '</style><style>*{display:none}</style>',
  '</title><svg/onload=alert(1)>',
  '<!--',
  ']]><a href="https://evil.example">x</a>',
  '&lt;script&gt; &#60;b&#62;',
  '| a | b |\n| - | - |\n`` ` ``',
  '[x](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>',
  'www.evil.example https://evil.example/?a=1 mailto:me@evil.example @everyone #1 ~~x~~ [^1]',
  '# title\n- [ ] item\n> quote\n---\n\n    code',
  '```\nfence',
  '\\`x\\|y\\',
  '\u202eabc\u2069\u0000\u001b[31m\u0007',
  'שלום עולם مرحبا 👩‍👩‍👧‍👦 💥',
  'x'.repeat(1_000_000),
  `a${'\u0301'.repeat(100_000)}`,
  '{{constructor}} <%= 1 %>',
  '__proto__',
  '',
] as const

const texts = fc.array(
  fc.oneof(
    fc.constantFrom(...attacks),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'<>"\'&`|[]()!*_~#@:/\\-= \nwhtpscriptx'), maxLength: 60 }),
  ),
  { minLength: 1, maxLength: 12 },
)

const pages: readonly (readonly [string, (all: readonly string[]) => string])[] = [
  ['benchmark', (all) => benchmarkHtml(benchmarkWith(all), { version: all[0]! })],
  ['run', (all) => runHtml(runWith(all), { version: all[0]! })],
]

describe.each(pages)('the page of a %s, whatever its texts hold,', (_, render) => {
  const harmless = shapeOf(parsePage(render(['x'])))

  it('has the elements and attributes that we made, and no other ones', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const html = render(all)
        const page = parsePage(html)
        expect(page.problems).toEqual([])
        expect(shapeOf(page)).toEqual(harmless)
        expectNothingToRun(page)
        expect(html.length).toBeLessThan(300_000)
      }),
      { numRuns: 60 },
    )
  })

  it.each(attacks.map((attack) => [attack.slice(0, 40), attack] as const))('shows %j as text', (_name, attack) => {
    const page = parsePage(render([attack]))
    expect(page.problems).toEqual([])
    expect(shapeOf(page)).toEqual(harmless)
    expectNothingToRun(page)
  })

  it('isolates the direction of each of them', () => {
    const text = 'مرحبا'
    const page = parsePage(render([text]))
    const bare = page.elements.filter(
      ({ tagName, childNodes }) =>
        !['bdi', 'title'].includes(tagName) && childNodes.some((node) => 'value' in node && node.value.includes(text)),
    )
    expect(bare.map((element) => `${element.tagName}: ${textOf(element)}`)).toEqual([])
  })
})

const summaries: readonly (readonly [string, (all: readonly string[]) => string])[] = [
  ['benchmark', (all) => benchmarkMarkdown(benchmarkWith(all), { version: all[0]! })],
  ['run', (all) => runMarkdown(runWith(all), { version: all[0]! })],
]

describe.each(summaries)('the summary of a %s, whatever its texts hold,', (_, render) => {
  const harmless = typesOf(render(['x']))

  it('has the parts that we made, and no other ones', () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(typesOf(render(all))).toEqual(harmless)
      }),
      { numRuns: 100 },
    )
  })

  it.each(attacks.map((attack) => [attack.slice(0, 40), attack] as const))('shows %j as text', (_name, attack) => {
    const markdown = render([attack])
    expect(typesOf(markdown)).toEqual(harmless)
    expect(markdown.length).toBeLessThan(20_000)
  })
})

it('is not taken for a link or a mention by what reads the text of a summary', () => {
  const markdown = benchmarkMarkdown(
    benchmarkWith(['see https://evil.example, www.evil.example or @everyone in #1, says me@evil.example']),
  )
  // Text in backticks is ignored.
  const prose = markdown.replace(/`[^`]*`/g, '')
  expect(prose).toContain('evil')
  expect(prose).not.toMatch(/:\/\/|www\.|@\w|#\d/)
})

function expectNothingToRun(page: ParsedPage): void {
  for (const name of ['script', 'a', 'img', 'iframe', 'link', 'object', 'embed', 'form', 'base', 'use', 'image']) {
    expect(page.all(name)).toEqual([])
  }
  for (const element of page.elements) {
    for (const { name, value } of element.attrs) {
      expect(name).not.toMatch(/^on|href|^src|^style$/)
      expect(value).not.toMatch(/javascript:/i)
    }
  }
  expect(page.all('style')).toHaveLength(1)
  expect(page.all('meta').filter((meta) => attribute(meta, 'http-equiv') !== undefined)).toHaveLength(1)
}

/** Names of elements and attributes in their order. */
function shapeOf({ elements }: ParsedPage): string {
  return elements.map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(' ')).join('\n')
}

interface MarkdownNode {
  readonly type: string
  readonly children?: readonly MarkdownNode[]
}

/** The kinds of nodes in their order, but for texts, of which there can be several in a row. */
function typesOf(markdown: string): string {
  const types: string[] = []
  const walk = ({ type, children = [] }: MarkdownNode): void => {
    if (type !== 'text') types.push(type)
    for (const child of children) walk(child)
  }
  walk(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))
  return types.join('\n')
}
