import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallTargets, widths } from './in-page.ts'
import { sharedBrowser } from './opened.ts'
import { article, sampleHealth, sampleStories, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'

const browser = sharedBrowser()
beforeAll(browser.start)
afterAll(browser.close)

const long = ['x'.repeat(400), 'https://long.example/'.repeat(40), 'שלום עולם '.repeat(40), '👩‍👩‍👧 word '.repeat(60)]
const longNews = {
  store: smallStore(
    [
      ...sampleStories(),
      ...long.map((text, index) =>
        story(100 + index, [article(text, 6_000, { title: text, summary: text, section: text, author: text })]),
      ),
      story(
        200,
        Array.from({ length: 30 }, (_, index) => article(`source-${index}`, 7_000)),
      ),
    ],
    [...sampleHealth, ...long.map((text) => ({ source: text, state: 'failing', message: text, failures: 1 }) as const)],
  ),
}
const usual = { refresh: async () => {} }
const pages = [
  ['the list', '', usual],
  ['a filtered list', '?source=guardian&q=a', usual],
  ['a story', 'story/6', usual],
  ['the sources', 'sources', usual],
  ['a list with long texts', '', longNews],
  ['a story with a long title', 'story/101', longNews],
  ['sources with long names', 'sources', longNews],
] as const

const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1200, 360].map((width) => ({ colorScheme, width })),
)

describe.each(pages)('%s in a real browser', (_, path, news) => {
  for (const { colorScheme, width } of views) {
    const viewport = { width, height: 800 }
    it(`has nothing for axe to find, fits, and complains of nothing: ${colorScheme}, ${width} pixels`, async (test) => {
      await browser.open(test, { colorScheme, viewport, path, news, bypassCSP: true }, async ({ page, faults }) => {
        const { page: needed, window } = await page.evaluate(widths)
        expect(needed).toBeLessThanOrEqual(window)
        if (width < 700) expect(await page.evaluate(smallTargets, 44)).toEqual([])
        expect(await violationsOf(page)).toEqual([])
        expect(faults).toEqual([])
      })
    })
  }
})

describe('the list on paper', () => {
  it('has the stories, and nothing to press', async (test) => {
    await browser.open(test, { news: usual }, async ({ page }) => {
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('.story:visible').count()).toBe(7)
      expect(await page.locator(':is(button, input, select, nav, summary):visible').count()).toBe(0)
    })
  })
})

describe('the help in a real browser', () => {
  for (const { colorScheme, width } of views) {
    it(`has nothing for axe to find, and fits: ${colorScheme}, ${width} pixels`, async (test) => {
      const viewport = { width, height: 640 }
      await browser.open(test, { colorScheme, viewport, bypassCSP: true }, async ({ page, faults }) => {
        await page.getByRole('button', { name: 'Keys' }).click()
        await page.getByRole('dialog').waitFor()
        expect(await violationsOf(page)).toEqual([])
        expect(await page.evaluate(widths)).toEqual({ page: width, window: width })
        expect(faults).toEqual([])
      })
    })
  }
})

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(
    async () => await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
}
