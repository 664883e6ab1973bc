import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { SettingsError } from 'sluice'
import { suggestion } from 'sluice/internal'
import { isBare } from '../flags/build-command.ts'
import { loadEnvironment } from '../flags/env-file.ts'
import { fileProblem } from '../flags/file-problem.ts'
import type { FlagTable } from '../flags/flag.ts'
import type { Io } from '../io.ts'
import { cleanText } from '../terminal/text.ts'
import { loadProfile } from './profiles.ts'
import { settingOf } from './setting-value.ts'

/** Upstreams of a gateway in a settings file, unparsed. */
export interface FoundUpstreams {
  readonly path: string
  readonly upstreams: unknown
}

/** Removes what settings files and profiles have filled in, so that they can be read again. */
export function forgetSettings(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (!['config', 'profile'].includes(command.getOptionValueSource(name) ?? '')) continue
    const { defaultValue } = command.options.find((other) => other.attributeName() === name && other.negate) ?? option
    command.setOptionValueWithSource(name, defaultValue, 'default')
  }
}

/**
 * Fills in missing flags: flags take precedence over the environment, that over a profile, and that over settings
 * files. Settings files may contain all flags in `known`; the verb uses those in `taken`. Returns the upstreams of the
 * file with the highest precedence that has some.
 *
 * @throws SettingsError that names the file and the setting
 */
export async function applySettings(
  command: Command,
  known: FlagTable,
  io: Io,
  taken = known,
): Promise<FoundUpstreams | undefined> {
  const files = await loadConfigFiles(command.getOptionValue('config'), known, io.env, (line) =>
    io.stderr.write(`${line}\n`),
  )
  for (const { settings } of files) {
    if (taken.profile !== undefined && 'profile' in settings)
      setUnlessGiven(command, 'profile', settings.profile, 'config')
  }
  await applyProfile(command, taken)
  for (const { settings } of files) {
    for (const [name, value] of Object.entries(settings)) {
      if (taken[name] === undefined || !setUnlessGiven(command, name, value, 'config') || name !== 'envFile') continue
      for (const path of value as readonly string[]) loadEnvironment(path, io.env)
    }
  }
  return files.find(({ found }) => found !== undefined)?.found
}

/**
 * Applies the settings of `--profile` that are not set by flags or the environment. @throws SettingsError that names
 * the setting
 */
export async function applyProfile(command: Command, table: FlagTable): Promise<void> {
  const name = command.getOptionValue('profile') as string | undefined
  if (name === undefined) return
  const profile = await loadProfile(name)
  for (const [given, value] of Object.entries(profile)) {
    const setting = settingOf(table, given, value, `--profile ${name}`)
    setUnlessGiven(command, setting.name, setting.value, 'profile')
  }
}

/** Returns true if it was set. */
function setUnlessGiven(command: Command, name: string, value: unknown, source: 'profile' | 'config'): boolean {
  const given = command.getOptionValueSource(name)
  if (value === undefined || (given !== undefined && given !== 'default' && !isBare(command, name))) return false
  command.setOptionValueWithSource(name, value, source)
  return true
}

const names = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.mjs', 'sluice.config.json']

/** Settings of a file by camelCase flag names. */
interface ConfigFile {
  readonly settings: Readonly<Record<string, unknown>>
  readonly found: FoundUpstreams | undefined
}

/**
 * Settings files that apply, highest precedence first: the one in this folder, then the user's own. With `given`, only
 * that one; with `false`, none. A file that was found and contains code is announced before it runs: it may have come
 * with the folder.
 *
 * @throws SettingsError with the path if a file cannot be read, or contains an unknown setting
 */
async function loadConfigFiles(
  given: string | false | undefined,
  known: FlagTable,
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

/** Path of a file, or its name alone in this folder. */
function shownPath(path: string): string {
  return cleanText(dirname(path) === process.cwd() ? `./${basename(path)}` : path)
}

/**
 * Settings that control where settings come from, or what runs: a file that came with a folder must not decide that.
 */
const typedOnly: ReadonlySet<string> = new Set(['config', 'noConfig', 'onEnd'])

async function load(path: string, known: FlagTable): Promise<ConfigFile> {
  const found = await read(path)
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new SettingsError(`${path}: expected an object of settings`)
  }
  const settings: Record<string, unknown> = {}
  const { upstreams, ...others } = found as { readonly upstreams?: unknown }
  for (const [given, value] of Object.entries(others)) {
    if (!Object.hasOwn(known, given)) {
      throw new SettingsError(`${path}: there is no setting ${given}${suggestion(given, Object.keys(known))}`)
    }
    if (typedOnly.has(given))
      throw new SettingsError(`${path}: ${given}: a settings file cannot set this; give the flag`)
    if (value === undefined) continue
    const setting = settingOf(known, given, value, path)
    settings[setting.name] = setting.value
  }
  return { settings, found: upstreams === undefined ? undefined : { path, upstreams } }
}

async function read(path: string): Promise<unknown> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === false)
    throw new SettingsError(
      `${path}: this is a ${found.isDirectory() ? 'folder' : 'device or a pipe'}; give a settings file`,
    )
  try {
    if (path.endsWith('.json')) return JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''))
    // A changed file is a new module.
    const { mtimeMs } = statSync(path)
    return ((await import(`${pathToFileURL(path).href}?${mtimeMs}`)) as { default?: unknown }).default
  } catch (error) {
    throw new SettingsError(`${path}: ${fileProblem(error)}`)
  }
}
