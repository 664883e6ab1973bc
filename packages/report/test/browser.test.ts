import { stderr } from 'node:process'
import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { startBrowser } from '../../../test/pages/real-browser.ts'
import { benchmarkHtml, runHtml } from '../src/index.ts'
import { type Label, labelsOfDrawings, openedWidths } from './in-page.ts'
import { benchmarkWith, runWith } from './retold.ts'
import { sampleBenchmark } from './sample-benchmark.ts'
import { sampleRun } from './sample-run.ts'

/** No such place: what the browser asks for there is answered here. */
const address = 'http://report.test/'
/** Longer than this no page takes. */
const patience = 20_000
/** Pixels below which letters cannot be read. */
const smallest = 10

const longTexts = [
  'x'.repeat(5_000),
  'https://api.example.com/'.repeat(40),
  'שלום עולם '.repeat(50),
  '👩‍👩‍👧 word '.repeat(60),
]
const sample = sampleBenchmark()
const manyLevels = [1, 2, 3, 4, 5, 8, 10, 12, 16, 20, 48, 50, 52, 100, 480, 500].map((concurrency) => ({
  ...sample.rows[3]!,
  concurrency,
}))

const all = (['light', 'dark'] as const).flatMap((colorScheme) => [1200, 360].map((width) => ({ colorScheme, width })))
const some = all.filter(({ colorScheme, width }) => (colorScheme === 'light') === (width === 360))
const pages = [
  ['a benchmark', benchmarkHtml(sample, { version: '1.2.3' }), all],
  ['a run', runHtml(sampleRun(), { version: '1.2.3' }), all],
  ['a benchmark with long texts', benchmarkHtml(benchmarkWith(longTexts)), some],
  ['a run with long texts', runHtml(runWith(longTexts)), some],
  ['a benchmark of many levels', benchmarkHtml({ ...sample, rows: manyLevels }), some],
  ['a benchmark without rows', benchmarkHtml({ ...sample, rows: [], waterfalls: [] }), some],
] as const

let browser: Browser | string = 'it was not started'

beforeAll(async () => {
  browser = await startBrowser()
  if (typeof browser === 'string') stderr.write(`The pages of the report are not looked at: ${browser}.\n`)
})

afterAll(async () => {
  if (typeof browser !== 'string') await browser.close()
})

/** Opens a page as somebody would, and closes it again, whatever happens. Leaves the test out where there is no browser. */
async function look(
  { skip }: TestContext,
  html: string,
  options: BrowserContextOptions,
  inspect: (page: Page, seen: { readonly asked: string[]; readonly said: string[] }) => Promise<void>,
): Promise<void> {
  if (typeof browser === 'string') return skip(browser)
  const context: BrowserContext = await browser.newContext(options)
  try {
    context.setDefaultTimeout(patience)
    const seen = { asked: [] as string[], said: [] as string[] }
    const page = await context.newPage()
    page.on('request', (request) => seen.asked.push(request.url()))
    page.on('console', (message) => seen.said.push(message.text()))
    page.on('pageerror', (error) => seen.said.push(error.message))
    await context.route('**', async (route) =>
      route.request().url() === address
        ? await route.fulfill({ contentType: 'text/html', body: html })
        : await route.abort(),
    )
    await page.goto(address, { waitUntil: 'load' })
    await inspect(page, seen)
  } finally {
    await context.close()
  }
}

describe.each(pages)('the page of %s in a real browser', (_, html, views) => {
  for (const { colorScheme, width } of views) {
    const options = { colorScheme, viewport: { width, height: 800 } }
    const view = `${colorScheme}, ${width} pixels wide`

    it(`needs no script, asks for nothing else and complains of nothing: ${view}`, async (test) => {
      await look(test, html, { ...options, javaScriptEnabled: false }, async (page, { asked, said }) => {
        expect(await page.locator('.verdict').isVisible()).toBe(true)
        expect(asked).toEqual([address])
        expect(said).toEqual([])
      })
    })

    it(`does not scroll sideways, and has drawings that can be read, without labels that overlap: ${view}`, async (test) => {
      await look(test, html, options, async (page, { said }) => {
        const widths = await page.evaluate(openedWidths)
        expect(widths.page).toBeLessThanOrEqual(widths.window)
        expect(said).toEqual([])
        const drawings = await page.evaluate(labelsOfDrawings)
        expect(drawings.filter((labels) => labels.length === 0)).toEqual([])
        for (const labels of drawings) {
          expect(Math.min(...labels.map(({ size }) => size))).toBeGreaterThanOrEqual(smallest)
          expect(overlaps(labels)).toEqual([])
        }
      })
    })

    it(`is found in order by axe: ${view}`, async (test) => {
      await look(test, html, { ...options, bypassCSP: true }, async (page) => {
        await page.evaluate(axe.source)
        const { violations } = await page.evaluate(
          async () => await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
        )
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html: node }) => node).join(', ')}`)).toEqual(
          [],
        )
      })
    })
  }
})

/** Boxes of letters are a little higher than the letters: touching is no overlap. */
function overlaps(labels: readonly Label[]): string[] {
  const slack = 3
  return labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter(
        ({ box }) =>
          one.box.left < box.right &&
          box.left < one.box.right &&
          one.box.top < box.bottom - slack &&
          box.top < one.box.bottom - slack,
      )
      .map((other) => `${one.text} / ${other.text}`),
  )
}
