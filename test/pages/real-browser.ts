import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, env, platform } from 'node:process'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Milliseconds in which the browser has to start. */
const startTimeout = 30_000

/** Pages share a process, and the browser draws in its own: starting processes costs more than what the tests do in them. */
const oneProcess = ['--renderer-process-limit=1', '--disable-site-isolation-trials', '--in-process-gpu']

/** Starts the Chromium that npm has brought, without a window. Returns the reason as text if that is not possible here. */
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

/** The path of the executable. Unpacked once per version beside the installed package, so that no foreign file is run. */
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

/** Unpacks into `folder`: the package itself only knows the folder for temporary files. */
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
