import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, env, platform } from 'node:process'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Maximum milliseconds for the browser to start. */
const startTimeout = 30_000

/**
 * Pages share a renderer process, and the GPU runs in the browser process: starting processes would take longer than
 * the tests.
 */
const oneProcess = ['--renderer-process-limit=1', '--disable-site-isolation-trials', '--in-process-gpu']

/** Starts Chromium from an npm package, headless. Returns the reason as text if that is not possible here. */
export async function startBrowser(): Promise<Browser | string> {
  if (platform !== 'linux' || arch !== 'x64') return `there is no Chromium from npm for ${platform} ${arch}`
  try {
    return await chromium.launch({
      executablePath: await unpacked(),
      args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', ...oneProcess],
      timeout: startTimeout,
    })
  } catch (error) {
    return `Chromium cannot be started: ${(error as Error).message.split('\n', 1)[0]}`
  }
}

/** Path of the executable. Unpacked once per version next to the installed package, so that no foreign file is run. */
async function unpacked(): Promise<string> {
  const description = findPackageJSON('@sparticuz/chromium', import.meta.url)!
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { readonly version: string }
  const cache = join(dirname(description), '../../.cache')
  const folder = join(cache, `chromium-${version}`)
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true })
    const own = await mkdtemp(`${folder}-`)
    try {
      await unpackInto(own)
      await rename(own, folder)
    } catch (error) {
      await rm(own, { recursive: true, force: true })
      // Another process may have finished first.
      if (!existsSync(folder)) throw error
    }
  }
  return join(folder, 'chromium')
}

/** Unpacks into `folder`, since the package itself only unpacks into the folder for temporary files. */
async function unpackInto(folder: string): Promise<void> {
  const before = env.TMPDIR
  env.TMPDIR = folder
  try {
    await sparticuz.executablePath()
  } finally {
    if (before === undefined) delete env.TMPDIR
    else env.TMPDIR = before
  }
}
