import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { sqliteStore } from 'sluice/stores/sqlite'
import { newRun, resultOf } from '../../packages/sluice/test/stores/stored.ts'
import { startBrowser } from '../pages/real-browser.ts'
import { builtCommand, ended, startCommand } from './processes.ts'

// `npm run soak:dash`: the live page of a run as fast as this machine goes, open in Chromium: memory of the page, frames
// per second, elements. Then the page of a stored run with a million items: time until its plots are there, and of searches. Exits with
// 1 if a figure misses its bound. `-- --seconds 10 --items 50000` is short.

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    items: { type: 'string', default: '1000000' },
    concurrency: { type: 'string', default: '128' },
  },
})

if (process.send === undefined) await main()
else serve()

/** Server in its own process, which has a core of its own where there are two. */
function serve(): void {
  const body = JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34 })
  const server = createServer((request, response) => {
    // One in fifty answers is a failure, so that every list of the page is full.
    response.writeHead(Number(request.url!.split('/').at(-1)) % 50 === 0 ? 404 : 200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
}

async function main(): Promise<void> {
  const browser = await startBrowser()
  if (typeof browser === 'string') throw new Error(browser)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dash-'))
  const server: ChildProcess = fork(import.meta.filename)
  try {
    const port = await new Promise<number>((resolve) => server.once('message', (port) => resolve(port as number)))
    row('', 'seen', 'at most', 'at least')
    await watchLive(browser, `http://127.0.0.1:${port}/items/[1-100000000]`, folder)
    await openStored(browser, folder)
  } finally {
    server.kill()
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Measures the live page of a run while it is as fast as it can be. */
async function watchLive(browser: Browser, url: string, folder: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } })
  const flags = ['-c', values.concurrency, '-o', '/dev/null', '--dash']
  const child = startCommand(builtCommand, ['fetch', url, ...flags], folder)
  try {
    await page.goto(await pageOf(child))
    await page.waitForSelector('#series svg', { state: 'attached', timeout: 120_000 })
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    const [doneBefore, before] = [await doneOf(page), performance.now()]
    const seen: Awaited<ReturnType<typeof look>>[] = []
    for (const until = before + Number(values.seconds) * 1_000; performance.now() < until; ) {
      seen.push(await look(page, session))
    }
    const rate = ((await doneOf(page)) - doneBefore) / ((performance.now() - before) / 1_000)
    const most = (of: (one: (typeof seen)[number]) => number): number => Math.max(...seen.map(of))
    const frames = seen.map((one) => one.frames).sort((a, b) => a - b)
    row('results per second', Math.round(rate))
    check('page: JavaScript heap, MB', most(({ heap }) => heap) / 1e6, 150)
    check('page: private memory of its process, MB', most(({ memory }) => memory) / 1e6, 150)
    check(
      'page: nodes, those included that are yet to be collected',
      most(({ nodes }) => nodes),
      40_000,
    )
    check('frames per second, median', frames[Math.floor(frames.length / 2)]!, undefined, 30)
    row('frames per second, worst', Math.round(frames[0]!))
  } finally {
    child.kill('SIGKILL')
    await ended(child)
    await page.close()
  }
}

/** Looks at the page for two seconds. */
async function look(page: Page, session: CDPSession) {
  const frames = (await page.evaluate(`new Promise((resolve) => {
    const from = performance.now()
    let count = 0
    const next = () => {
      count++
      if (performance.now() - from < 2_000) requestAnimationFrame(next)
      else resolve((count * 1_000) / (performance.now() - from))
    }
    requestAnimationFrame(next)
  })`)) as number
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name: string): number => metrics.find((one) => one.name === name)!.value
  return { frames, heap: metric('JSHeapUsedSize'), nodes: metric('Nodes'), memory: await memoryOf(page) }
}

/** Private memory of the process that renders the page, in bytes, as the system counts it. */
async function memoryOf(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^Pss_Anon:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1]) * 1_024)
  return Math.max(...sizes)
}

async function doneOf(page: Page): Promise<number> {
  return Number.parseInt(await page.title(), 10)
}

/** URL of the page that a command serves. */
function pageOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr!.on('data', (part: Buffer) => {
      text += part
      const url = /live page: (\S+)\n/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('close', () => reject(new Error(`the command serves no page: ${text}`)))
  })
}

/** Measures how long the page of a stored run takes. */
async function openStored(browser: Browser, folder: string): Promise<void> {
  const items = Number(values.items)
  const path = join(folder, 'run.db')
  await fillStore(path, items)
  const { openStorePages } = await import('../../packages/cli/src/jobs/store-pages.ts')
  const store = await sqliteStore({ path })
  const pages = await openStorePages(store, { port: 0, host: undefined, flag: undefined, env: {} })
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 }, bypassCSP: true })
  try {
    const { id } = (await store.find('stored'))!
    const from = performance.now()
    await page.goto(new URL(`runs/${id}/`, pages.url).href)
    await page.waitForSelector('#series svg', { state: 'attached', timeout: 120_000 })
    check(`page of ${items} stored items: seconds until its plots are there`, (performance.now() - from) / 1_000, 1)
    const search = async (field: string, text: string, note: RegExp): Promise<number> => {
      const before = performance.now()
      await page.fill(field, text)
      await page.keyboard.press('Enter')
      await page.getByText(note).waitFor({ timeout: 120_000 })
      const seconds = (performance.now() - before) / 1_000
      await page.fill(field, '')
      await page.waitForFunction('document.getElementById("found-note").textContent === ""')
      return seconds
    }
    check('search for a status that all have: seconds', await search('#find-ending', '200', /^50 calls found/), 1)
    const last = `/items/${items - 1}`
    check('search for the URL of the last item: seconds', await search('#find-text', last, /^1 call found/), 3)
    check('search for a code that none has: seconds', await search('#find-ending', 'NONE', /^No call found\.$/), 3)
  } finally {
    await page.close()
    await pages.close()
    await store.close()
  }
}

/** Stores a finished run, as one process leaves it after half an hour. */
async function fillStore(path: string, items: number): Promise<void> {
  const store = await sqliteStore({ path })
  const createdAt = Date.now() - 1_800_000
  const { id } = await store.create(newRun('stored', { createdAt, settings: {} }))
  await store.claim(id)
  const step = Math.ceil(items / 1_800)
  for (let first = 0; first < items; first += step) {
    const at = createdAt + (first / step) * 1_000
    const count = Math.min(step, items - first)
    const results = Array.from({ length: count }, (_, place) => resultOf(first + place, { settledAt: at }))
    const slice = { at, ms: 1_000, succeeded: count, failed: 0, throttled: 0, inFlight: 20, limit: 20, waits: {} }
    const slices = [{ ...slice, durations: [[100, count]] as const, slowest: [[first, 12.5]] as const }]
    const read = first + count
    const progress = { read, hasEnded: read === items, settledBelow: read, mark: undefined }
    await store.commit(id, { results, slices, progress, at, elapsed: 1_000 })
    await pause(0)
  }
  await store.close()
}

function check(name: string, seen: number, most?: number, least?: number): void {
  const isGood = seen <= (most ?? Number.POSITIVE_INFINITY) && seen >= (least ?? 0)
  if (!isGood) process.exitCode = 1
  row(`${name}${isGood ? '' : '  (!)'}`, Math.round(seen * 100) / 100, most ?? '', least ?? '')
}

function row(name: string, ...cells: readonly (string | number)[]): void {
  process.stdout.write(`${name.padEnd(64)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`)
}
