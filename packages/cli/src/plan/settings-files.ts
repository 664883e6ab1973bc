import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { SettingsError } from 'sluice'
import { suggestion } from 'sluice/internal'
import { cleanText } from '../terminal/text.ts'
import { loadProfile } from './profiles.ts'

export interface SettingsOptions {
  /** What a settings file may say. @default the flags of the command */
  readonly known?: readonly string[]
  /** What of it the verb takes. @default all */
  readonly taken?: ReadonlySet<string>
  readonly env: NodeJS.ProcessEnv
  /** Told the name of a settings file that is code, before it runs. */
  readonly stderr: { write(text: string): unknown }
}

/** Flags win over the environment, that over a profile, and that over the files. */
export async function applySettings(command: Command, { known, taken, env, stderr }: SettingsOptions): Promise<void> {
  const names = known ?? namesOf(command)
  const files = await loadConfigFiles(command.getOptionValue('config'), names, env, (line) => stderr.write(`${line}\n`))
  for (const { settings } of files) {
    if (Object.hasOwn(settings, 'profile') && taken === undefined)
      setUnlessGiven(command, 'profile', settings.profile, 'config')
  }
  await applyProfile(command)
  for (const { settings } of files) {
    for (const [name, value] of Object.entries(settings)) {
      if (taken?.has(name) !== false) setUnlessGiven(command, name, value, 'config')
    }
  }
}

/** What may stand in a profile is what a run is done with, not what it is or where its results go. */
const notOfAProfile: ReadonlySet<string> = new Set(['profile', 'config', 'envFile', 'input', 'output', 'dryRun'])

/** Takes what a profile says, unless a flag or the environment says it. @throws SettingsError that names the setting. */
export async function applyProfile(command: Command): Promise<void> {
  const name = command.getOptionValue('profile') as string | undefined
  if (name === undefined) return
  const profile = await loadProfile(name)
  for (const known of namesOf(command)) {
    if (!Object.hasOwn(profile, known) || notOfAProfile.has(known)) continue
    const value = profile[known]
    if (!isSetting(value)) {
      throw new SettingsError(`--profile ${name}: ${known}: expected text, a number, true or false, or a list of texts`)
    }
    setUnlessGiven(command, known, value, 'profile')
  }
}

function namesOf(command: Command): string[] {
  return command.options.map((option) => option.attributeName())
}

function setUnlessGiven(command: Command, name: string, value: unknown, source: 'profile' | 'config'): void {
  const given = command.getOptionValueSource(name)
  if (given === undefined || given === 'default') command.setOptionValueWithSource(name, asTyped(value), source)
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
 * with `false`, none. One that was found and is code is named by `tell` before it runs: it may have come with the folder.
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
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'))
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
}
