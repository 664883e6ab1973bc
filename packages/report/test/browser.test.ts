import { stderr } from 'node:process'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsOf } from '../../../test/pages/axe.ts'
import { startBrowser } from '../../../test/pages/real-browser.ts'
import { benchmarkHtml, runHtml } from '../src/index.ts'
import { type Label, labelsOfDrawings, openDetails, widthsOf } from './in-page.ts'
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

interface View {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
}

const all: readonly View[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1200, 360].map((width) => ({ colorScheme, width })),
)
const some = all.filter(({ colorScheme, width }) => (colorScheme === 'light') === (width === 360))
const pages = [
  ['a benchmark', benchmarkHtml(sample, { version: '1.2.3' }), all],
  ['a run', runHtml(sampleRun(), { version: '1.2.3' }), all],
  ['a benchmark with long texts', benchmarkHtml(benchmarkWith(longTexts)), some],
  ['a run with long texts', runHtml(runWith(longTexts)), some],
  ['a benchmark of many levels', benchmarkHtml({ ...sample, rows: manyLevels }), some],
  ['a benchmark without rows', benchmarkHtml({ ...sample, rows: [], waterfalls: [] }), some],
] as const

interface Opened {
  readonly page: Page
  /** URLs of all requests of the page. */
  readonly asked: string[]
  /** Messages in the console, errors included. */
  readonly said: string[]
  load(html: string): Promise<void>
}

let browser: Browser | string = 'it was not started'
let scripted: Opened | undefined
let scriptless: Opened | undefined

// Two pages show everything: a new one costs a process of the browser.
beforeAll(async () => {
  browser = await startBrowser()
  if (typeof browser === 'string') {
    stderr.write(`The pages of the report are not looked at: ${browser}.\n`)
    return
  }
  scripted = await open(browser, { bypassCSP: true })
  scriptless = await open(browser, { javaScriptEnabled: false })
})

afterAll(async () => {
  if (typeof browser !== 'string') await browser.close()
})

async function open(browser: Browser, options: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(patience)
  const [asked, said]: [string[], string[]] = [[], []]
  const page = await context.newPage()
  page.on('request', (request) => asked.push(request.url()))
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  let body = ''
  await context.route('**', async (route) =>
    route.request().url() === address ? await route.fulfill({ contentType: 'text/html', body }) : await route.abort(),
  )
  const load = async (html: string): Promise<void> => {
    body = html
    asked.length = 0
    said.length = 0
    await page.goto(address, { waitUntil: 'load' })
  }
  return { page, asked, said, load }
}

async function show(page: Page, { colorScheme, width }: View): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width, height: 800 })
}

describe.each(pages)('the page of %s in a real browser', (_, html, views) => {
  beforeAll(async () => {
    await scripted?.load(html)
  })

  it('needs no script, requests nothing else and complains of nothing, in any view', async ({ skip }) => {
    if (scriptless === undefined) return skip('there is no browser')
    const { page, asked, said, load } = scriptless
    await load(html)
    for (const view of views) {
      await show(page, view)
      expect(await page.locator('.verdict').isVisible()).toBe(true)
    }
    expect(asked).toEqual([address])
    expect(said).toEqual([])
  })

  for (const view of views) {
    const name = `${view.colorScheme}, ${view.width} pixels wide`

    it(`is found in order by axe: ${name}`, async ({ skip }) => {
      if (scripted === undefined) return skip('there is no browser')
      await show(scripted.page, view)
      await scripted.page.evaluate(openDetails, false)
      expect(await violationsOf(scripted.page)).toEqual([])
    })

    it(`does not scroll sideways, and has drawings that can be read, without labels that overlap: ${name}`, async ({
      skip,
    }) => {
      if (scripted === undefined) return skip('there is no browser')
      const { page, said } = scripted
      await show(page, view)
      await page.evaluate(openDetails, true)
      const widths = await page.evaluate(widthsOf)
      expect(widths.page).toBeLessThanOrEqual(widths.window)
      expect(said).toEqual([])
      const drawings = await page.evaluate(labelsOfDrawings)
      expect(drawings.filter((labels) => labels.length === 0)).toEqual([])
      for (const labels of drawings) {
        expect(Math.min(...labels.map(({ size }) => size))).toBeGreaterThanOrEqual(smallest)
        expect(overlaps(labels)).toEqual([])
      }
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
