import { stderr } from 'node:process'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { startBrowser } from '../../../../test/pages/real-browser.ts'
import { type NewsAppOptions, serveNews } from '../../src/index.ts'
import { type Visitor, visitor } from './visitor.ts'

/** Timeout of all steps in milliseconds. */
const patience = 10_000

/** The reader, served and opened in a browser. */
interface Opened {
  readonly page: Page
  readonly reader: Visitor
  readonly url: string
  /** Requests to other hosts, and browser errors; must be empty. */
  readonly faults: readonly string[]
  /** IDs of the stories that are currently unread. */
  unread(): Promise<number[]>
}

/** A browser shared by all tests of a file. */
export interface SharedBrowser {
  start(): Promise<void>
  close(): Promise<void>
  /** Serves the reader, opens it in the browser, and always cleans up. Skips the test if there is no browser. */
  open(
    test: TestContext,
    options: BrowserContextOptions & { readonly path?: string; readonly news?: Partial<NewsAppOptions> },
    use: (opened: Opened) => Promise<void>,
  ): Promise<void>
}

/** A browser that starts on first use. Tests with the same options share a page, because a new one costs a process. */
export function sharedBrowser(): SharedBrowser {
  let browser: Browser | string = 'it was not started'
  const pages = new Map<string, Page>()
  return {
    start: async () => {
      browser = await startBrowser()
      if (typeof browser === 'string') stderr.write(`The pages of the news are not looked at: ${browser}.\n`)
    },
    close: async () => {
      if (typeof browser !== 'string') await browser.close()
    },
    open: async ({ skip }, { path = '', news = {}, ...options }, use) => {
      if (typeof browser === 'string') return skip(browser)
      const key = JSON.stringify(options)
      const page = pages.get(key) ?? (await (await browser.newContext(options)).newPage())
      // The page of a failed test is not reused.
      pages.delete(key)
      const reader = visitor(news)
      // Each port has its own, empty local storage.
      const served = await serveNews({ app: reader.app, port: 0 })
      try {
        const faults = await watch(page.context(), served.url)
        await page.goto(served.url + path, { waitUntil: 'load' })
        const unread = async (): Promise<number[]> =>
          (await reader.store.stories({ isRead: false })).map(({ id }) => id)
        await use({ page, reader, url: served.url, faults, unread })
        await forget(page)
        pages.set(key, page)
      } finally {
        if (!pages.has(key)) await page.context().close()
        await served.close()
      }
    },
  }
}

/** Collects requests to other hosts and browser errors. */
async function watch(context: BrowserContext, url: string): Promise<string[]> {
  context.setDefaultTimeout(patience)
  const faults: string[] = []
  // Stands in for the originals on other hosts.
  await context.route(/\.example\//, async (route) => {
    if (!route.request().isNavigationRequest()) faults.push(route.request().url())
    await route.fulfill({ contentType: 'text/html', body: '<title>Original</title>' })
  })
  context.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.isNavigationRequest()) faults.push(request.url())
  })
  context.on('console', (message) => faults.push(message.text()))
  context.on('weberror', (error) => faults.push(error.error().message))
  return faults
}

/** Resets a page for the next test. */
async function forget(page: Page): Promise<void> {
  const context = page.context()
  for (const other of context.pages()) if (other !== page) await other.close()
  await page.goto('about:blank')
  context.removeAllListeners()
  await context.unrouteAll({ behavior: 'wait' })
  await context.clearCookies()
  await page.emulateMedia({ media: null, colorScheme: null })
}
