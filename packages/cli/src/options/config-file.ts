import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SettingsError } from 'sluice'
import { suggestion } from 'sluice/internal'
import { cleanText } from '../outputs/clean-text.ts'

const names = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.mjs', 'sluice.config.json']

/** Settings from a file, by the flags' long names in camelCase. */
export interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * The settings files that apply, the strongest first: the one in this folder, then the user's own. With `given`, that one;
 * with `false`, none. One that was found and is code is named by `tell` before it runs: it may have come with the folder.
 *
 * @throws SettingsError with the path if one cannot be read, or has a setting that no flag has.
 */
export async function loadConfigFiles(
  given: string | false | undefined,
  known: readonly string[],
  env: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<readonly ConfigFile[]> {
  if (given === false) return []
  if (given !== undefined) return [await load(resolve(given), known)]
  const userFolder = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sluice')
  const found = [process.cwd(), userFolder].flatMap((folder) => {
    const path = names.map((name) => join(folder, name)).find((candidate) => existsSync(candidate))
    return path === undefined ? [] : [path]
  })
  for (const path of found) if (!path.endsWith('.json')) tell(`using ${shownPath(path)}`)
  return await Promise.all(found.map((path) => load(path, known)))
}

/** A file of this folder by its name alone. */
function shownPath(path: string): string {
  return cleanText(dirname(path) === process.cwd() ? `./${basename(path)}` : path)
}

async function load(path: string, known: readonly string[]): Promise<ConfigFile> {
  const settings = await read(path)
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new SettingsError(`${path}: expected an object of settings`)
  }
  for (const name of Object.keys(settings)) {
    if (!known.includes(name)) throw new SettingsError(`${path}: there is no setting ${name}${suggestion(name, known)}`)
  }
  return { path, settings: settings as Record<string, unknown> }
}

async function read(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'))
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
}
