import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import { type LimitedBy, suggestion } from 'sluice/internal'
import { fetchFlags } from '../flags/fetch-flags.ts'
import { type FlagTable, longName } from '../flags/flag.ts'
import { isPlain } from '../flags/options.ts'
import { openFileSink } from '../outputs/file-sink.ts'

/** File name, in the working directory. */
const fileName = 'sluice.profiles.json'

/** A profile saved by a benchmark: settings by camelCase flag names, and how they were measured. */
export interface Profile {
  readonly concurrency: number
  /** Rates that were given, or the measured one. */
  readonly rate?: readonly string[]
  /** ISO 8601. */
  readonly measuredAt: string
  readonly hosts: readonly string[]
  readonly limitedBy: LimitedBy
}

type Profiles = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Fields of a profile that are not settings. */
const notes: ReadonlySet<string> = new Set(['measuredAt', 'hosts', 'limitedBy', 'note'])

/** Settings of a profile. @throws SettingsError that lists the existing profiles, or names the invalid setting */
export async function loadProfile(name: string): Promise<Readonly<Record<string, unknown>>> {
  const profiles = await readProfiles()
  if (profiles !== undefined && Object.hasOwn(profiles, name)) return settingsIn(profiles[name]!, name)
  if (profiles === undefined) {
    throw new SettingsError(
      `--profile: there is no ${resolve(fileName)}; sluice bench URL --save-profile ${name} creates it`,
    )
  }
  const names = Object.keys(profiles)
  const others = names.length === 0 ? 'there are none' : `there is ${names.slice(0, 10).join(', ')}`
  throw new SettingsError(
    `--profile: ${resolve(fileName)} has no profile ${JSON.stringify(name)}, ${others}${suggestion(name, names)}`,
  )
}

function settingsIn(profile: Readonly<Record<string, unknown>>, profileName: string): Record<string, unknown> {
  const table: FlagTable = fetchFlags
  const settings = Object.entries(profile).filter(([name]) => !notes.has(name))
  for (const [name] of settings) {
    if (!Object.hasOwn(table, name)) {
      const known = Object.keys(table).filter((one) => table[one]!.inProfile !== false)
      throw new SettingsError(`--profile ${profileName}: there is no setting ${name}${suggestion(name, known)}`)
    }
    if (table[name]!.inProfile !== false) continue
    throw new SettingsError(
      `--profile ${profileName}: ${name}: a profile cannot set this; give ${longName(table[name]!)}`,
    )
  }
  return Object.fromEntries(settings)
}

/**
 * Saves a profile, keeping the others. Returns the path. @throws SettingsError if the file is damaged, which leaves it
 * unchanged
 */
export async function saveProfile(name: string, profile: Profile): Promise<string> {
  const profiles = (await readProfiles()) ?? {}
  const sink = await openFileSink(resolve(fileName))
  await sink.write(`${JSON.stringify({ ...profiles, [name]: profile }, undefined, 2)}\n`)
  await sink.close()
  return fileName
}

/** Checks in advance that a profile can be saved. @throws SettingsError that says what to do */
export async function checkProfile(name: string): Promise<void> {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new SettingsError(
      `--save-profile: expected a name of letters, digits, dots and dashes, got ${JSON.stringify(name)}`,
    )
  }
  await readProfiles()
}

/** Undefined if the file does not exist. @throws SettingsError with the place of the error */
async function readProfiles(): Promise<Profiles | undefined> {
  const path = resolve(fileName)
  let profiles: unknown
  try {
    profiles = JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}; fix it, or move it away`)
  }
  if (!isPlain(profiles)) throw new SettingsError(`${path}: expected an object with a profile under each name`)
  for (const [name, profile] of Object.entries(profiles)) {
    if (!isPlain(profile)) throw new SettingsError(`${path}: ${name}: expected an object of settings`)
  }
  return profiles as Profiles
}
