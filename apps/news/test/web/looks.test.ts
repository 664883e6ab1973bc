import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsOf } from '../../../../test/pages/axe.ts'
import { sourceName } from '../../src/web/context.ts'
import { brokenWords, smallTargets, widths } from './in-page.ts'
import { sharedBrowser } from './opened.ts'
import { article, sampleContents, sampleHealth, sampleSources, sampleStories, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'

const browser = sharedBrowser()
beforeAll(browser.start)
afterAll(browser.close)
afterAll(() => rmSync(dirname(file), { recursive: true }))

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
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const fetchPixel = async () => ({ type: 'image/png', bytes: new Uint8Array(Buffer.from(pixel, 'base64')) })
const folders = ['World', 'Technology', 'Technology/Databases']
/** Sources with icons, in folders. */
const ordered = {
  ...usual,
  store: smallStore(
    sampleStories(),
    sampleHealth.map((health) => ({ ...health, about: { icon: `https://${health.source}.example/icon.png` } })),
    sampleContents,
  ),
  sources: sampleSources.map((source, at) => ({ ...source, folder: folders[at] })),
  image: fetchPixel,
  fullText: async () => ({}),
  icon: fetchPixel,
}
const blog = 'https://blog.example/feed.xml'
const file = join(mkdtempSync(join(tmpdir(), 'news-')), 'sources.json')
const setting = { type: 'feed', url: blog, folder: 'World', headers: { 'X-Key': '1' }, auth: 'bearer:env:TOKEN' }
writeFileSync(file, JSON.stringify({ sources: [setting] }))
const editable = {
  ...ordered,
  sources: [...ordered.sources, { key: blog, title: 'Blog', folder: 'World' }],
  feeds: { path: file, find: async () => [], onChange: async () => {} },
  off: () => [{ title: 'NewsAPI', why: 'off: set NEWSAPI_KEY to its key', key: blog }],
}
const pages = [
  ['the list', '', usual],
  ['a filtered list', '?source=guardian&q=a', ordered],
  ['a story', 'story/4?folder=World', ordered],
  ['the sources', 'sources', ordered],
  ['the sources with forms', 'sources', editable],
  ['the settings of a feed', `sources/${sourceName(blog)}`, editable],
  ['a list with long texts', '', longNews],
  ['a story with a long title', 'story/101', longNews],
  ['sources with long names', 'sources', longNews],
] as const

const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1200, 360].map((width) => ({ colorScheme, width })),
)

describe.each(pages)('%s in a real browser', (_, path, news) => {
  it('has nothing for axe to find, fits, and complains of nothing, light and dark, wide and narrow', async (test) => {
    await browser.open(test, { path, news, bypassCSP: true }, async ({ page, faults }) => {
      for (const view of views) {
        await page.emulateMedia({ colorScheme: view.colorScheme })
        await page.setViewportSize({ width: view.width, height: 800 })
        const { page: needed, window } = await page.evaluate(widths)
        expect(needed).toBeLessThanOrEqual(window)
        expect(await page.evaluate(brokenWords, '[data-column=State] > span')).toEqual([])
        if (view.width < 700) expect(await page.evaluate(smallTargets, 44)).toEqual([])
        expect([view, await violationsOf(page)]).toEqual([view, []])
      }
      expect(faults).toEqual([])
    })
  })
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
  it('has nothing for axe to find, and fits, light and dark, wide and narrow', async (test) => {
    await browser.open(test, { bypassCSP: true }, async ({ page, faults }) => {
      for (const view of views) {
        const { colorScheme, width } = view
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 640 })
        await page.reload()
        await page.getByRole('button', { name: 'Keys' }).click()
        await page.getByRole('dialog').waitFor()
        expect([view, await violationsOf(page)]).toEqual([view, []])
        expect(await page.evaluate(widths)).toEqual({ page: width, window: width })
      }
      expect(faults).toEqual([])
    })
  })
})
