import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { isSecretHeader } from 'sluice/internal'
import { type FetchFlags, fetchFlags, untouched } from '../flags/fetch-flags.ts'
import { type Flag, longName, shownName, takesValue } from '../flags/flag.ts'
import { resumeFlags } from '../flags/store-flags.ts'
import { outputPath, withPath } from '../outputs/output-target.ts'
import { parseHeader } from './headers.ts'
import { isOnlyPlaces } from './template-texts.ts'
import { hasTypedSecret } from './token-flags.ts'

/** Settings of a `fetch` that a store keeps, sufficient to resume it. */
export interface StoredSettings {
  readonly command: 'fetch'
  readonly urls: readonly string[]
  readonly flags: Partial<FetchFlags>
  /** Flags whose values are not stored, because they are secrets that were typed literally. */
  readonly withheld: readonly string[]
}

const table: Readonly<Record<string, Flag>> = { ...fetchFlags, ...resumeFlags }

/**
 * Settings to store: secrets by reference, absolute file names, and no literal secrets.
 *
 * @throws SettingsError if a URL has a secret in it: the run could not be resumed without it
 */
export function settingsToKeep(urls: readonly string[], flags: FetchFlags): StoredSettings {
  for (const url of [...urls, flags.url ?? '', flags.baseUrl ?? '']) {
    if (redactUrl(url) === url) continue
    throw new SettingsError(
      `--store: the URL ${redactUrl(url)} contains a key, and secrets are not stored; send it as a header ` +
        '(-H "X-Key: env:NAME"), or read the URLs from a file with -i',
    )
  }
  const withheld: string[] = []
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flags)) {
    const flag = table[name]
    if (flag === undefined || flag.scope === 'session' || value === undefined) continue
    if (flag.names === 'output' && isStream(String(value))) continue
    if (listed(value).some((one) => isTypedSecret(flag, one))) withheld.push(shownName(flag))
    else kept[name] = Array.isArray(value) ? value.map((one) => absolute(flag, one)) : absolute(flag, value)
  }
  return { command: 'fetch', urls, flags: kept as Partial<FetchFlags>, withheld }
}

/** Flags to resume with: those given now, and the stored ones. @throws SettingsError if a secret is missing */
export function flagsToGoOn(
  settings: unknown,
  given: Partial<FetchFlags>,
  run: string,
): FetchFlags & { urls: readonly string[] } {
  if (given.fromCurl !== undefined)
    throw new SettingsError('--from-curl starts a run; it has no effect on a stored one')
  const { command, urls, flags, withheld } = (settings ?? {}) as Partial<StoredSettings>
  if (command !== 'fetch' || flags === undefined) {
    throw new SettingsError(`${run}: this run was not started by the command; resume it where it was started`)
  }
  const missing = (withheld ?? []).filter((shown) => {
    const name = Object.keys(table).find((one) => shownName(table[one]!) === shown) ?? shown
    return !(name in given)
  })
  if (missing.length > 0) {
    throw new SettingsError(
      `${run}: ${missing.join(', ')} had a typed secret, which is not stored; give it again (env:NAME is stored by its name)`,
    )
  }
  return { ...untouched, ...flags, ...given, urls: urls ?? [] }
}

/** @throws SettingsError for a flag that requires a process waiting for the results, with an alternative */
export function checkDetached(flags: FetchFlags): void {
  for (const [name, flag] of Object.entries<Flag>(fetchFlags)) {
    const value: unknown = flags[name as keyof FetchFlags]
    const isGiven = takesValue(flag) ? value !== undefined : value === !flag.flag.includes('--no-')
    if (flag.detached !== undefined && isGiven)
      throw new SettingsError(`${shownName(flag)} with --detach: ${flag.detached}`)
  }
  if (flags.name?.includes('{') === true)
    throw new SettingsError('--name with --detach: it is the name of the run, not a template')
}

/** @throws SettingsError if a secret was typed literally: workers on other machines would not have it */
export function checkSecretsForWorkers({ withheld }: StoredSettings): void {
  if (withheld.length === 0) return
  throw new SettingsError(
    `${withheld.join(', ')} with --detach: a typed secret is not stored, and workers need it; ` +
      'give it as env:NAME, and set that variable where they run',
  )
}

/** Flags without effect on a run done by workers, which use the settings stored with the run. */
export function uselessForWorkers(given: object): string[] {
  return Object.keys(given).flatMap((name) => {
    const flag = table[name]
    if (flag === undefined || flag.scope === 'reading') return []
    return flag.scope === 'session' && flag.detached === undefined ? [] : [longName(flag)]
  })
}

/** True if the value of a flag contains a literal secret, not a reference. */
export function isTypedSecret({ secret }: Flag, value: unknown): boolean {
  const text = String(value)
  switch (secret) {
    case 'header': {
      const [name, header] = parseHeader(text)
      return header !== undefined && isSecretHeader(name) && !/^(env|file):/.test(header) && !isOnlyPlaces(header)
    }
    case 'auth':
      return !/^\w+:([^:]*:)?(env|file):/.test(text)
    case 'oauth':
      return hasTypedSecret(text)
    case 'value':
      return !/^(env:|file:|@)/.test(text)
    case 'url':
      return text.includes('@')
    default:
      return false
  }
}

/** True for stdout, and for pipes and devices, which a later process cannot reopen. */
function isStream(output: string): boolean {
  return /^(?:-$|\/dev\/|\/proc\/)/.test(outputPath(output))
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Makes paths in a value absolute: `X-Key: file:/home/me/key.txt`. */
function absolute({ names, secret }: Flag, value: unknown): unknown {
  if (typeof value !== 'string' || names === undefined) return value
  if (names === 'path') return value === '-' ? value : resolve(value)
  if (names === 'output') return withPath(value, (path) => resolve(path))
  if (secret === 'oauth')
    return value.replace(/(=\s*file:)([^,]+)/g, (_, before: string, path: string) => `${before}${resolve(path)}`)
  const reference = secret === undefined || secret === 'value' ? /^(file:|@)(.+)$/s : /((?:^|:\s*)file:)(.+)$/s
  return value.replace(reference, (_, before: string, path: string) => before + resolve(path))
}
