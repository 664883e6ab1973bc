import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { serveSimulator } from '@sluice/simulator'
import type { Browser, Page } from 'playwright-core'
import { startBrowser } from '../test/pages/real-browser.ts'
import { drawnHash } from './drawn.ts'
import { indexedPng, type Pixels } from './indexed-png.ts'
import { runOnTerminal } from './run-command.ts'
import { terminalPage } from './terminal-page.ts'
import { screenOf } from './terminal-screen.ts'

/** Draws the pictures of the docs from a real run: `npm run docs:pictures`, or with another folder as argument. */
const folder = argv[2] ?? join(import.meta.dirname, '../docs/pictures')

/** An API with a limit and a bad moment: a few answers fail, some products are missing, and for two seconds all is down. */
const scenario = {
  latency: 'lognormal:p50=90ms,p99=500ms',
  limit: 'sliding:150/s',
  faults: '503:3%,reset:0.5%,404:0.4%',
  outages: '14s-16s',
} as const
const urls = 'http://127.0.0.1:4000/products/[1-4000]'
const flags = '-c 60 --rate 120/s --dash -o products.jsonl'
const columns = 108
/** Milliseconds after which the pictures are taken. */
const pictureAt = 32_000
const schemes = ['light', 'dark'] as const
/** Takes a picture, as PNG with all colours. */
type Draw = (scheme: (typeof schemes)[number]) => Promise<Buffer>

const browser = await startBrowser()
if (typeof browser === 'string') throw new Error(browser)
const work = await mkdtemp(join(tmpdir(), 'sluice-pictures-'))
const api = await serveSimulator({ scenario, port: 4_000 })
try {
  await takePictures(browser)
} finally {
  await browser.close()
  await api.close()
  await rm(work, { recursive: true, force: true })
}

async function takePictures(browser: Browser): Promise<void> {
  // Before the run: a browser that starts would slow its first calls down.
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } })
  const run = runOnTerminal(['fetch', urls, ...flags.split(' ')], columns, work)
  try {
    const [, url] = await run.until(/live page: (\S+)/)
    await new Promise((resolve) => setTimeout(resolve, pictureAt))
    await page.goto(url!)
    await page.waitForSelector('#series svg')
    run.press('e')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const lines = screenOf(run.output(), columns)
    await mkdir(folder, { recursive: true })
    const shots = [
      ...(await bothShots('page', pageDrawer(page))),
      ...(await bothShots(
        'terminal',
        await terminalDrawer(browser, terminalPage(`npx sluice fetch '${urls}' ${flags}`, lines)),
      )),
    ]
    for (const [name, png] of shots) await save(browser, name, png)
    await writeFile(join(folder, 'drawn.sha256'), `${drawnHash()}\n`)
  } finally {
    run.press('\u0003')
    run.press('\u0003')
    await run.ended
  }
}

/** The live page down to its plots over time. */
function pageDrawer(page: Page): Draw {
  return async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const { y, height } = (await page.locator('#series').boundingBox())!
    return await page.screenshot({
      clip: { x: 0, y: 0, width: 1_200, height: Math.ceil(y + height + 18) },
      fullPage: true,
    })
  }
}

async function terminalDrawer(browser: Browser, html: string): Promise<Draw> {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 }, deviceScaleFactor: 2 })
  await page.setContent(html)
  return async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    return await page.locator('main').screenshot({ omitBackground: true })
  }
}

/** A picture in light and dark colours, by its name. */
async function bothShots(name: string, draw: Draw): Promise<[name: string, png: Buffer][]> {
  const shots: [string, Buffer][] = []
  for (const scheme of schemes) shots.push([`${name}-${scheme}`, await draw(scheme)])
  return shots
}

async function save(browser: Browser, name: string, png: Buffer): Promise<void> {
  const file = join(folder, `${name}.png`)
  await writeFile(file, indexedPng(await pixelsOf(browser, png)))
  stdout.write(`${file}: ${Math.round((await stat(file)).size / 1_000)} kB\n`)
}

/** Pixels of a PNG, which the browser reads. */
async function pixelsOf(browser: Browser, png: Buffer): Promise<Pixels> {
  const page = await browser.newPage()
  const { width, height, base64 } = await page.evaluate<{
    width: number
    height: number
    base64: string
  }>(`(async () => {
    const picture = await fetch('data:image/png;base64,${png.toString('base64')}')
    const bitmap = await createImageBitmap(await picture.blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return { width, height, base64: new Uint8Array(data.buffer).toBase64() }
  })()`)
  await page.close()
  return { width, height, bytes: Buffer.from(base64, 'base64') }
}
