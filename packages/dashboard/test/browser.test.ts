import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, platform, stderr } from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsOf } from '../../../test/pages/axe.ts'
import { startBrowser } from '../../../test/pages/real-browser.ts'
import { writePageScript } from '../scripts/page-script.ts'
import {
  type Control,
  type Dashboard,
  type LiveGateway,
  type LiveRun,
  serveDashboard,
  serveGateway,
  serveRuns,
} from '../src/index.ts'
import { sampleFind, sampleGateway, sampleList, sampleLive } from './live-sample.ts'

/** Longer than this nothing takes. */
const patience = 20_000

let folder = ''
let browser: Browser | string = 'it was not started'
let run: LiveRun = sampleLive()
const wishes: Control[] = []
const steer = (wish: Control): undefined => void wishes.push(wish)
let dashboard: Dashboard | undefined
let page: Page | undefined
const problems: string[] = []

beforeAll(async () => {
  browser = await startBrowser()
  if (typeof browser === 'string') {
    stderr.write(`The live page is not looked at: ${browser}.\n`)
    return
  }
  folder = await mkdtemp(join(tmpdir(), 'sluice-page-'))
  await writePageScript(join(folder, 'page.js'))
  const script = pathToFileURL(join(folder, 'page.js'))
  dashboard = await serveDashboard({ script, look: () => run, control: steer, find: sampleFind })
  page = await (await browser.newContext({ bypassCSP: true })).newPage()
  page.setDefaultTimeout(patience)
  page.on('pageerror', ({ message }) => problems.push(message))
  // A server that ends cuts the connections of pages that were slow to close theirs.
  page.on('console', (message) => /net::ERR_/.test(message.text()) || problems.push(message.text()))
  await page.goto(dashboard.url)
  await page.waitForSelector('#tiles dt')
})

afterAll(async () => {
  await dashboard?.close()
  if (typeof browser !== 'string') await browser.close()
  if (folder !== '') await rm(folder, { recursive: true })
})

describe('the live page in a browser', () => {
  it('shows every part of a run, and texts as texts', async ({ skip }) => {
    if (page === undefined) return skip()
    const headings = await page.locator('h2').allTextContents()
    expect(headings).toEqual([
      'What holds it up',
      'Over time',
      'In flight',
      'Hosts',
      'Errors',
      'Statuses',
      'Times of the attempts',
      'Oldest in flight',
      'The last failures',
      'Find calls',
      '',
      'The last calls',
      'The slowest calls',
      'What has changed',
      'Settings',
    ])
    expect(await page.textContent('#verdict')).toBe('10,000 of 20,000 done, 50.3 a second')
    await page.locator('#failures summary').click()
    expect(await page.textContent('#failures details svg title')).toBe('Waterfall of the attempts of one call')
    expect(await page.locator('#failures details .bars .backoff').getAttribute('d')).not.toBe('')
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).toBe('10000 done: Sluice')
    expect(await page.textContent('#title')).toContain('<img src=x onerror=')
    expect(problems).toEqual([])
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, in %s colours', async (colorScheme) => {
    if (page === undefined) return
    await page.emulateMedia({ colorScheme })
    for (const width of [1_200, 360]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await violationsOf(page)).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow).toBeLessThanOrEqual(0)
    }
  })

  it('steers the run by the keyboard alone, and tells what is wrong with a command', async ({ skip }) => {
    if (page === undefined) return skip()
    wishes.length = 0
    await page.focus('#pause')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('50')
    await page.keyboard.press('Enter')
    await page.focus('#rate')
    await page.keyboard.type('often')
    await page.keyboard.press('Enter')
    await page.waitForFunction('document.getElementById("connection").textContent.includes("rate")')
    await page.fill('#rate', '200/s')
    await page.keyboard.press('Enter')
    await page.waitForFunction('document.getElementById("connection").textContent === ""')
    await page.focus('#stop')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => wishes, { timeout: patience })
      .toEqual([
        { action: 'pause' },
        { action: 'concurrency', value: 50 },
        { action: 'rate', value: '200/s' },
        { action: 'stop' },
      ])
    problems.length = 0
  })

  it('shows the values of all plots at the pointer, and zooms all of them together by a drag', async ({ skip }) => {
    if (page === undefined) return skip()
    await page.setViewportSize({ width: 1_200, height: 900 })
    const [first] = await page.locator('#series svg[data-time]').all()
    await first!.scrollIntoViewIfNeeded()
    const box = (await first!.boundingBox())!
    const [left, right] = [52, 468].map((x) => box.x + (x * box.width) / 480) as [number, number]
    const middle = box.y + box.height / 2
    await page.mouse.move(left + (right - left) * 0.2, middle)
    const values = await page.textContent('#time-values')
    expect(values).toMatch(/^After .* · .* succeeded, .* failed, .* refused a second · p50 .*, p95 .*/)
    expect(await page.locator('svg[data-time] .cursor').count()).toBeGreaterThanOrEqual(2)
    const axes = () =>
      page!.locator('svg[data-time]').evaluateAll((all) => all.map((one) => one.getAttribute('data-time')))
    const before = await axes()
    await page.mouse.down()
    await page.mouse.move(left + (right - left) * 0.6, middle, { steps: 3 })
    expect(await page.locator('svg[data-time] .selection').count()).toBeGreaterThanOrEqual(2)
    await page.mouse.up()
    const total = Number(before[0]!.split(' ')[1])
    const zoomed = (await axes()).slice(0, 2).map((axis) => axis!.split(' ').map(Number))
    for (const [from, to] of zoomed) {
      expect(from! / total).toBeCloseTo(0.2, 1)
      expect(to! / total).toBeCloseTo(0.6, 1)
    }
    await page.keyboard.press('Escape')
    expect(await axes()).toEqual(before)
    expect(problems).toEqual([])
  })

  it('moves through the plots and zooms by the keyboard alone', async ({ skip }) => {
    if (page === undefined) return skip()
    await page.mouse.move(0, 0)
    const axis = async () => (await page!.getAttribute('#series svg[data-time]', 'data-time'))!.split(' ').map(Number)
    const [, total] = await axis()
    await page.locator('#series .scroll').first().focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.textContent('#time-values')).toMatch(/^After /)
    await page.keyboard.press('+')
    const [from, to] = await axis()
    expect((to! - from!) / total!).toBeCloseTo(0.5, 1)
    expect(await page.evaluate('document.activeElement.closest("#series") !== null')).toBe(true)
    await page.keyboard.press('-')
    expect((await axis())[1]).toBe(total)
    await page.click('#zoom-in')
    await page.click('#zoom-all')
    expect(await axis()).toEqual([0, total, 52, 468, 34, 250])
    expect(await page.isVisible('#zoom-all')).toBe(false)
    expect(problems).toEqual([])
  })

  it('saves what it shows as one file without scripts, in which hostile texts are texts', async ({ skip }) => {
    if (page === undefined) return skip()
    const downloading = page.waitForEvent('download')
    await page.click('#save')
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^[\p{L}\p{N}._-]+\.html$/u)
    const file = join(folder, 'saved.html')
    await download.saveAs(file)
    const saved = await page.context().newPage()
    const asked: string[] = []
    saved.on('request', (request) => asked.push(request.url()))
    await saved.goto(pathToFileURL(file).href)
    expect(asked).toHaveLength(1)
    expect(await saved.textContent('#verdict')).toBe(await page.textContent('#verdict'))
    expect(await saved.locator('script, main img, form, button, input, a, link').count()).toBe(0)
    expect(await saved.locator('#series svg').count()).toBe(await page.locator('#series svg').count())
    expect(await saved.textContent('footer')).toMatch(/^\s*Saved from the live page on /)
    expect(await saved.content()).not.toContain(new URL(page.url()).pathname)
    expect(await saved.evaluate('getComputedStyle(document.querySelector(".tiles")).display')).toBe('grid')
    await saved.close()
    expect(problems).toEqual([])
  })

  it('finds calls and shows one with its attempts and headers, by the keyboard alone and as text', async ({ skip }) => {
    if (page === undefined) return skip()
    await page.fill('#find-text', '')
    await page.fill('#find-ending', '')
    await page.uncheck('#find [type=checkbox]')
    await page.focus('#find-text')
    await page.keyboard.type('chair')
    await page.keyboard.press('Tab')
    await page.keyboard.type('503')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.waitForFunction('document.getElementById("found-note").textContent === "2 calls found."')
    const asked = { text: 'chair', endings: ['503'], isFailed: true }
    expect(await page.locator('#found [data-call]').allTextContents()).toEqual([
      JSON.stringify(asked),
      JSON.stringify({ ...asked, after: 41 }),
    ])
    await page.focus('#found [data-call]')
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    expect(await page.textContent('#dialog details svg title')).toBe('Waterfall of the attempts of one call')
    expect(await page.textContent('#dialog')).toContain('authorization***')
    expect(await page.locator('#dialog img, #dialog script').count()).toBe(0)
    const linked = await page.context().newPage()
    await linked.goto(page.url())
    await linked.waitForSelector('#found table')
    expect(await linked.inputValue('#find-text')).toBe('chair')
    expect(await linked.locator('#found [data-call]').first().textContent()).toBe(JSON.stringify(asked))
    await linked.close()
    for (const width of [1_200, 360]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await violationsOf(page)).toEqual([])
    }
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog[open]').count()).toBe(0)
    await page.waitForFunction('document.activeElement.dataset.call !== undefined')
    expect(problems).toEqual([])
  })

  it('requeues the failures of one row of the errors once it was confirmed', async ({ skip }) => {
    if (page === undefined) return skip()
    wishes.length = 0
    run = { ...run, canRetry: true }
    await page.click('#errors [data-retry]')
    expect(await page.textContent('#dialog-content')).toContain('3 failures will be retried')
    await page.keyboard.press('Escape')
    await page.focus('#retry')
    await page.keyboard.press('Enter')
    await page.click('text=Put back 300')
    await page.click('#errors [data-retry]')
    await page.click('text=Put back 3')
    const { code, message } = run.report.errors[0]!
    await expect
      .poll(() => wishes, { timeout: patience })
      .toEqual([{ action: 'retry' }, { action: 'retry', error: { code, message } }])
    run = { ...run, canRetry: false }
    expect(problems).toEqual([])
  })

  it('keeps what was opened and focused while figures change, and offers to continue a paused run', async ({
    skip,
  }) => {
    if (page === undefined) return skip()
    const summary = page.locator('#recent summary')
    await summary.click()
    run = { ...run, state: 'paused', recent: run.recent.slice(1) }
    await page.waitForFunction('document.getElementById("verdict").textContent.startsWith("Paused")')
    expect(await page.locator('#recent details').getAttribute('open')).toBe('')
    expect(await page.evaluate('document.activeElement.closest("#recent") !== null')).toBe(true)
    expect(await page.isVisible('#continue')).toBe(true)
    expect(await page.isVisible('#pause')).toBe(false)
  })

  it('keeps the last figures of a run that has ended', async ({ skip }) => {
    if (page === undefined || dashboard === undefined) return skip()
    run = { ...run, state: 'ended' }
    await dashboard.close()
    dashboard = undefined
    await page.waitForFunction('document.getElementById("connection").textContent.startsWith("The run has ended")')
    expect(await page.textContent('#verdict')).toContain('9,700 of')
    expect(await page.isVisible('#controls')).toBe(false)
    expect(problems).toEqual([])
  })
})

describe('the page of a process that was stopped', () => {
  it('says that nothing is heard, keeps the figures, and continues when the process does', async ({ skip }) => {
    if (page === undefined || platform === 'win32') return skip()
    const program = join(import.meta.dirname, 'serve-sample.ts')
    const script = pathToFileURL(join(folder, 'page.js')).href
    const child = spawn(execPath, ['--conditions=@sluice/source', program, script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const [url] = (await once(child.stdout, 'data')) as [Buffer]
      await page.goto(String(url).trim())
      await page.waitForSelector('#tiles dt')
      child.kill('SIGSTOP')
      await page.waitForFunction('document.getElementById("connection").textContent.startsWith("Nothing was heard")')
      expect(await page.textContent('#verdict')).toBe('10,000 of 20,000 done, 50.3 a second')
      child.kill('SIGCONT')
      await page.waitForFunction('document.getElementById("connection").textContent === ""')
      expect(problems).toEqual([])
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('the page in many tabs', () => {
  it('shows the run in ten tabs of one browser, which allows six connections to a server', async ({ skip }) => {
    if (page === undefined) return skip()
    const script = pathToFileURL(join(folder, 'page.js'))
    const served = await serveDashboard({ script, look: sampleLive, control: () => undefined, find: sampleFind })
    const tabs: Page[] = []
    try {
      for (let count = 0; count < 10; count++) {
        const tab = await page.context().newPage()
        tab.setDefaultTimeout(patience)
        tabs.push(tab)
        await tab.goto(served.url)
        await tab.waitForSelector('#tiles dt')
      }
      await tabs.at(-1)!.focus('#find-text')
      await tabs.at(-1)!.keyboard.type('chair')
      await tabs.at(-1)!.waitForSelector('#found table')
      await tabs[0]!.close()
      await tabs[1]!.reload()
      await tabs[1]!.waitForSelector('#tiles dt')
    } finally {
      await Promise.all(tabs.map((tab) => tab.close()))
      await served.close()
    }
    expect(problems).toEqual([])
  })

  it('says that the server refuses a further page, and shows the run as soon as there is room', async ({ skip }) => {
    if (page === undefined) return skip()
    const script = pathToFileURL(join(folder, 'page.js'))
    const served = await serveDashboard({ script, look: sampleLive, control: () => undefined, find: sampleFind })
    const abort = new AbortController()
    try {
      const open = Array.from({ length: 20 }, () => fetch(new URL('events', served.url), { signal: abort.signal }))
      await Promise.all(open)
      await page.goto(served.url)
      await page.waitForFunction('document.getElementById("connection").textContent.startsWith("The server refuses")')
      abort.abort()
      await page.waitForSelector('#tiles dt')
      expect(await page.textContent('#connection')).toBe('')
    } finally {
      await served.close()
    }
    problems.length = 0
  })
})

describe('the list of runs in a browser', () => {
  it('leads to the page of each run, by the keyboard too, and can be used by everybody', async ({ skip }) => {
    if (page === undefined) return skip()
    let isThere = true
    const list = await serveRuns({
      script: pathToFileURL(join(folder, 'page.js')),
      list: sampleList,
      look: async (key) => (key === '7' && isThere ? { ...sampleLive(), priority: 0 } : undefined),
      control: async (key, wish) => steer(Object.assign(wish, { key })),
      find: async (_key, filter) => sampleFind(filter),
    })
    try {
      await page.goto(list.url)
      await page.waitForSelector('#tiles dt')
      expect(await page.textContent('#verdict')).toBe('One run is being worked on, 97.0 results a second')
      expect(await page.locator('h2').allTextContents()).toEqual(['Runs', 'Workers'])
      expect(await page.locator('main img, main script').count()).toBe(0)
      for (const width of [1_200, 360]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await violationsOf(page)).toEqual([])
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow).toBeLessThanOrEqual(0)
      }
      await page.fill('#runs-text', 'FINISHED')
      expect(await page.locator('#runs tbody tr').count()).toBe(1)
      expect(await page.textContent('#runs-note')).toBe('1 of the 2 newest runs')
      await page.fill('#runs-text', '')
      await page.focus('a[href="runs/7/"]')
      await page.keyboard.press('Enter')
      await page.waitForSelector('#series svg')
      await page.fill('#priority', '7')
      wishes.length = 0
      await page.keyboard.press('Enter')
      await expect.poll(() => wishes, { timeout: patience }).toEqual([{ action: 'priority', value: 7, key: '7' }])
      isThere = false
      await page.waitForFunction('document.getElementById("connection").textContent.startsWith("there is no such run")')
      isThere = true
      await page.waitForFunction('document.getElementById("connection").textContent === ""')
      await page.click('text=all runs')
      await page.waitForSelector('#runs table')
      expect(problems).toEqual([])
    } finally {
      await list.close()
    }
  })
})

describe('the page of a gateway in a browser', () => {
  it('shows upstreams, callers with their shares and answers, can be used by everybody, and keeps its end', async ({
    skip,
  }) => {
    if (page === undefined) return skip()
    let state: LiveGateway['state'] = 'serving'
    const served = await serveGateway({
      script: pathToFileURL(join(folder, 'page.js')),
      look: () => ({ ...sampleGateway(), state }),
    })
    await page.goto(served.url)
    await page.waitForSelector('#tiles dt')
    expect(await page.textContent('#verdict')).toBe('310 requests wait, 48.5 responses a second')
    expect(await page.locator('h2').allTextContents()).toEqual(['Upstreams', 'Callers', 'Responses', 'Refused'])
    expect(await page.textContent('#callers')).toContain('65 %')
    expect(await page.locator('main img, main script').count()).toBe(0)
    for (const width of [1_200, 360]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await violationsOf(page)).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow).toBeLessThanOrEqual(0)
    }
    state = 'ended'
    await served.close()
    await page.waitForFunction('document.getElementById("connection").textContent.startsWith("The gateway has ended")')
    expect(problems).toEqual([])
  })
})
