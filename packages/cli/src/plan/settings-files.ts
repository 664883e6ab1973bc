import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { SettingsError } from 'sluice'
import { suggestion } from 'sluice/internal'
import { type FlagTable, takesValue } from '../flags/flag.ts'
import type { Io } from '../io.ts'
import { cleanText } from '../terminal/text.ts'
import { loadProfile } from './profiles.ts'

/**
 * Fills in the flags that were not given: flags win over the environment, that over a profile, and that over settings files.
 * These may have every flag of `known`; the verb takes those of `taken`.
 *
 * @throws SettingsError that names the file and the setting
 */
export async function applySettings(command: Command, known: FlagTable, io: Io, taken = known): Promise<void> {
  const files = await loadConfigFiles(command.getOptionValue('config'), Object.keys(known), io.env, (line) =>
    io.stderr.write(`${line}\n`),
  )
  for (const { settings } of files) {
    if (taken.profile !== undefined) setUnlessGiven(command, taken, 'profile', settings.profile, 'config')
  }
  await applyProfile(command, taken)
  for (const { settings } of files) {
    for (const [name, value] of Object.entries(settings)) setUnlessGiven(command, taken, name, value, 'config')
  }
}

/** Takes the settings of `--profile`, unless a flag or the environment has them. @throws SettingsError that names the setting */
export async function applyProfile(command: Command, table: FlagTable): Promise<void> {
  const name = command.getOptionValue('profile') as string | undefined
  if (name === undefined) return
  const profile = await loadProfile(name)
  for (const [known, flag] of Object.entries(table)) {
    if (!Object.hasOwn(profile, known) || flag.inProfile === false) continue
    const value = profile[known]
    if (!isSetting(value)) {
      throw new SettingsError(`--profile ${name}: ${known}: expected text, a number, true or false, or a list of texts`)
    }
    setUnlessGiven(command, table, known, value, 'profile')
  }
}

function setUnlessGiven(
  command: Command,
  table: FlagTable,
  name: string,
  value: unknown,
  source: 'profile' | 'config',
): void {
  const flag = table[name]
  const given = command.getOptionValueSource(name)
  if (flag === undefined || value === undefined || (given !== undefined && given !== 'default')) return
  const typed = asTyped(value)
  const isOne = flag.isRepeatable === true && takesValue(flag) && !Array.isArray(typed)
  command.setOptionValueWithSource(name, isOne ? [typed] : typed, source)
}

function isSetting(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string' || typeof item === 'number')
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** A settings file may say 20 where a flag has the text `20`. */
function asTyped(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) ? value.map(String) : value
}

const names = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.mjs', 'sluice.config.json']

/** Settings from a file, by the flags' long names in camelCase. */
interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * The settings files that apply, the strongest first: the one in this folder, then the user's own. With `given`, that one;
 * with `false`, none. One that was found and is code is announced before it runs: it may have come with the folder.
 *
 * @throws SettingsError with the path if one cannot be read, or has a setting that no flag has.
 */
async function loadConfigFiles(
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
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new SettingsError(`${path}: this is a folder; give a settings file`)
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'))
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
}
