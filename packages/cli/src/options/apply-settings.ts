import type { Command } from 'commander'
import { SettingsError } from 'sluice'
import { loadConfigFiles } from './config-file.ts'
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
