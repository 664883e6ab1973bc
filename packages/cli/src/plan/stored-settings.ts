import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { isSecretHeader } from 'sluice/internal'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { parseHeader } from './headers.ts'

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

/** What cannot be done when nobody waits for the results, and what to do instead. */
const notDetached: ReadonlyMap<keyof FetchFlags, readonly [flag: string, instead: string]> = new Map([
  ['output', ['-o', 'the results are in the store; sluice export RUN -o FILE writes them']],
  ['append', ['--append', 'sluice export RUN -o FILE.jsonl --append adds the results to a file']],
  ['select', ['--select', 'all is kept in the store; give it to sluice export']],
  ['ordered', ['--ordered', 'a stored run has its results in order by itself']],
  ['outDir', ['--out-dir', 'bodies are kept in the store, where sluice export takes them from']],
  ['skipExisting', ['--skip-existing', 'sluice resume leaves out what is done']],
  ['report', ['--report', 'sluice report RUN writes a page at any time']],
  ['summary', ['--summary', 'sluice runs show RUN --json tells it at any time']],
  ['har', ['--har', 'it goes without --store only']],
  ['paginate', ['--paginate', 'it goes without --store only']],
  ['log', ['--log', 'nothing is sent here; give it to sluice worker']],
  ['failOn', ['--fail-on', threshold()]],
  ['minSuccess', ['--min-success', threshold()]],
  ['maxP95', ['--max-p95', threshold()]],
  ['maxTime', ['--max-time', endless()]],
  ['failFast', ['--fail-fast', endless()]],
  ['maxFailures', ['--max-failures', endless()]],
])

function threshold(): string {
  return 'nobody waits for the end of the run; compare with what sluice runs show RUN --json tells then'
}

function endless(): string {
  return 'no single process can end a run that many work on; stop the workers, whose chunks are kept'
}

/** @throws SettingsError for a flag that needs somebody who waits for the results, with what to do instead. */
export function checkDetached(flags: FetchFlags): void {
  for (const [name, [flag, instead]] of notDetached) {
    const value = flags[name]
    if (value !== undefined && value !== false) throw new SettingsError(`${flag} with --detach: ${instead}`)
  }
  if (!flags.body) throw new SettingsError('--no-body with --detach: bodies are kept; give it to sluice export')
  if (flags.name?.includes('{') === true)
    throw new SettingsError('--name with --detach: it is the name of the run, and no template')
}

/** @throws SettingsError if a secret was typed: workers, on other machines, would not have it. */
export function checkSecretsForWorkers({ withheld }: StoredSettings): void {
  if (withheld.length === 0) return
  throw new SettingsError(
    `${withheld.join(', ')} with --detach: a secret that was typed is not kept, and workers need it; ` +
      'give it as env:NAME, and set that variable where they run',
  )
}

/** Flags that say how the input is read and what is shown: all that counts when the reading of a run goes on. */
const ofReading: ReadonlySet<string> = new Set([
  'detach',
  'store',
  'input',
  'inputFormat',
  'skipBadInput',
  'force',
  'envFile',
  'progress',
  'quiet',
  'color',
  'profile',
  'config',
])

/** The flags that change nothing any more, because workers go by the settings that are kept with the run. */
export function uselessForWorkers(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given)
    .filter((name) => !ofReading.has(name))
    .map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
}
