import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { isSecretHeader } from 'sluice/internal'
import { parseHeader } from '../inputs/parse-header.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'

/** What is kept with a run of `fetch`, so that nothing but the store is needed to go on with it. */
export interface StoredSettings {
  readonly command: 'fetch'
  readonly urls: readonly string[]
  readonly flags: Partial<FetchFlags>
  /** Flags whose values are not kept, because they are secrets that were typed. */
  readonly withheld: readonly string[]
}

/** Flags that are about one session, not about the run. */
const ofTheSession: ReadonlySet<keyof FetchFlags> = new Set([
  'output',
  'append',
  'summary',
  'har',
  'progress',
  'quiet',
  'verbose',
  'log',
  'color',
  'dryRun',
  'store',
  'detach',
  'name',
  'config',
  'profile',
  'report',
  'skipExisting',
])

/**
 * What is to be kept: references to secrets as they are, file names made absolute, and no secret that was typed.
 *
 * @throws SettingsError if a URL has a secret in it: without it the run could not go on.
 */
export function settingsToKeep(urls: readonly string[], flags: FetchFlags): StoredSettings {
  for (const url of [...urls, flags.url ?? '', flags.baseUrl ?? '']) {
    if (redactUrl(url) === url) continue
    throw new SettingsError(
      `--store: the URL ${redactUrl(url)} has a key in it, and a store keeps no secrets; send it as a header ` +
        '(-H "X-Key: env:NAME"), or read the URLs from a file with -i',
    )
  }
  const withheld: string[] = []
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flags)) {
    if (ofTheSession.has(name as keyof FetchFlags) || value === undefined) continue
    const storable = keptValue(name, value)
    if (storable !== undefined) kept[name] = storable
    if (storable !== value && isWithheld(name, value)) withheld.push(flagNames.get(name) ?? name)
  }
  return { command: 'fetch', urls, flags: kept as Partial<FetchFlags>, withheld }
}

/** The flags to go on with: those that are given now, and the kept ones. @throws SettingsError if a secret is missing. */
export function flagsToGoOn(
  settings: unknown,
  given: Partial<FetchFlags>,
  run: string,
): FetchFlags & { urls: readonly string[] } {
  const { command, urls, flags, withheld } = (settings ?? {}) as Partial<StoredSettings>
  if (command !== 'fetch' || flags === undefined) {
    throw new SettingsError(`${run}: it was not begun by this command; go on with it where it was begun`)
  }
  const missing = (withheld ?? []).filter((flag) => {
    const name = [...flagNames].find(([, text]) => text === flag)?.[0] ?? flag
    return !(name in given)
  })
  if (missing.length > 0) {
    throw new SettingsError(
      `${run}: ${missing.join(', ')} had a secret that was typed, and is not kept; give it again (as env:NAME it is kept by its name)`,
    )
  }
  return { glob: true, learn: true, body: true, ...flags, ...given, urls: urls ?? [] }
}

const flagNames: ReadonlyMap<string, string> = new Map([
  ['header', '-H'],
  ['auth', '--auth'],
  ['proxy', '--proxy'],
])

function isWithheld(name: string, value: unknown): boolean {
  if (name === 'header') return (value as readonly string[]).some(isTypedSecret)
  return name === 'auth' || name === 'proxy'
}

/** The value as it is kept; nothing for a secret. */
function keptValue(name: string, value: unknown): unknown {
  switch (name) {
    case 'header':
      return (value as readonly string[]).some(isTypedSecret) ? undefined : (value as string[]).map(withAbsoluteFile)
    case 'auth':
      return /^\w+:([^:]*:)?(env|file):/.test(String(value)) ? withAbsoluteFile(String(value)) : undefined
    case 'proxy':
      return String(value).includes('@') ? undefined : value
    case 'data':
    case 'json':
      return /^file:/.test(String(value)) ? withAbsoluteFile(String(value)) : value
    case 'input':
    case 'envFile':
      return (value as readonly string[]).map((path) => (path === '-' ? path : resolve(path)))
    case 'cacert':
    case 'cert':
    case 'key':
    case 'outDir':
      return resolve(String(value))
    default:
      return value
  }
}

/** Whether a header has a secret in it that was typed, and not a reference to one. */
export function isTypedSecret(header: string): boolean {
  const [name, value] = parseHeader(header)
  return value !== undefined && isSecretHeader(name) && !/^(env|file):/.test(value)
}

/** `X-Key: file:key.txt` with the whole path. */
function withAbsoluteFile(text: string): string {
  return text.replace(/(^|:\s*)file:(.+)$/s, (_, before: string, path: string) => `${before}file:${resolve(path)}`)
}
