import { SettingsError } from 'sluice'
import * as v from 'valibot'
import { isCredentials } from '../settings/credentials.ts'
import { type FeedSetting, sourceSetting } from '../settings/settings.ts'
import { feedAddress } from '../sources/opml.ts'
import { longestFolder } from './folders.ts'

/** Text field of the form for a feed. */
export interface FeedField {
  readonly name: 'url' | 'title' | 'folder' | 'interval' | 'rate' | 'concurrency' | 'timeout' | 'retention' | 'zone'
  readonly label: string
  readonly hint: string
  readonly longest: number
}

/** Text fields of the form, in their order. */
export const feedFields: readonly FeedField[] = [
  { name: 'url', label: 'Address', hint: 'http or https', longest: 2_000 },
  { name: 'title', label: 'Title', hint: 'empty: the title of the feed itself', longest: 200 },
  { name: 'folder', label: 'Folder', hint: 'such as Technology, or Technology/Databases', longest: longestFolder },
  {
    name: 'interval',
    label: 'Fetch every',
    hint: 'such as 30m or 6h; empty: 1h, or longer if the feed says so',
    longest: 20,
  },
  { name: 'rate', label: 'Rate', hint: 'such as 1/s, or 10/min, 500/day; empty: no limit', longest: 100 },
  { name: 'concurrency', label: 'Requests at once per host', hint: '1 to 50; empty: 2', longest: 2 },
  { name: 'timeout', label: 'Timeout of a request', hint: 'such as 30s; empty: 15s', longest: 20 },
  { name: 'retention', label: 'Keep stories for', hint: 'such as 7d; empty: 30d; starred stories stay', longest: 20 },
  { name: 'zone', label: 'Time zone of dates without one', hint: 'such as Europe/Berlin; empty: UTC', longest: 60 },
]

/** Values of the fields as texts. Credentials in the address are left out. */
export type FeedTexts = Readonly<Record<FeedField['name'], string>>

export function feedTexts(setting: FeedSetting): FeedTexts {
  const { url, rate = [], ...others } = setting
  const time = (value: string | number = ''): string => (typeof value === 'number' ? `${value}ms` : value)
  return {
    url: withoutCredentials(url),
    title: others.title ?? '',
    folder: others.folder ?? '',
    interval: time(others.interval),
    rate: [rate].flat().join(', '),
    concurrency: others.concurrency === undefined ? '' : String(others.concurrency),
    timeout: time(others.timeout),
    retention: time(others.retention),
    zone: others.zone ?? '',
  }
}

/** Texts of a submitted form. */
export function submittedTexts(form: URLSearchParams): FeedTexts {
  return Object.fromEntries(
    feedFields.map(({ name, longest }) => [name, (form.get(name) ?? '').slice(0, longest + 1).trim()]),
  ) as unknown as FeedTexts
}

/**
 * Settings of a feed after a submitted form. Everything that the form does not change stays as it was written: headers and
 * credentials, which the form does not contain, and the spelling of values.
 *
 * @throws SettingsError that names the field
 */
export function submittedSetting(form: URLSearchParams, before: FeedSetting): FeedSetting {
  const texts = submittedTexts(form)
  const shown = feedTexts(before)
  const changed = Object.fromEntries(
    feedFields
      .filter(({ name }) => texts[name] !== shown[name])
      .map(({ name }) => [name, texts[name] === '' ? undefined : fieldValue(name, texts[name])]),
  )
  const flags = Object.fromEntries(
    (['muted', 'fullText'] as const).map((name) => {
      const isOn = form.get(name) === '1'
      return [name, isOn === (before[name] === true) ? before[name] : isOn ? true : undefined]
    }),
  )
  const all = { ...before, ...changed, ...flags, headers: submittedHeaders(form, before.headers) }
  return checked(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
}

function fieldValue(name: FeedField['name'], text: string): unknown {
  if (name === 'concurrency') return Number(text)
  if (name === 'url') return feedAddress(text) ?? text
  if (name !== 'rate') return text
  const rates = text.split(',').map((rate) => rate.trim())
  return rates.length === 1 ? rates[0] : rates
}

/** @throws SettingsError that names the field */
function checked(setting: Readonly<Record<string, unknown>>): FeedSetting {
  const { success, output, issues } = v.safeParse(sourceSetting, setting)
  if (success) return output as FeedSetting
  const [issue] = issues
  const name = String(issue.path?.[0]?.key)
  const label = feedFields.find((field) => field.name === name)?.label ?? name
  throw new SettingsError(`${label}: ${issue.message}`)
}

/** Headers after the form: without those it removes, with those it adds or replaces. @throws SettingsError */
function submittedHeaders(form: URLSearchParams, before: FeedSetting['headers'] = {}): FeedSetting['headers'] {
  const removed = new Set(form.getAll('remove-header'))
  const headers = Object.entries(before).filter(([name]) => !removed.has(name))
  for (const line of (form.get('headers') ?? '').split(/\r?\n/)) {
    if (line.trim() === '') continue
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()]
    if (name === '' || /\s/.test(name) || value === '' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new SettingsError('Headers: expected one header a line, such as Accept-Language: de')
    refuseReference('Headers', value)
    const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase())
    headers.splice(at < 0 ? headers.length : at, at < 0 ? 0 : 1, [name, value])
  }
  return headers.length === 0 ? undefined : Object.fromEntries(headers)
}

/** Typed credentials: what the settings refer to, and the secret to store. */
export interface TypedCredentials {
  /** Beginning of the setting, before the reference to the secret. */
  readonly kind: string
  readonly secret: string
}

/** Credentials in a form: `keep` leaves them as they are. @throws SettingsError that names the field */
export function submittedCredentials(form: URLSearchParams): 'keep' | 'none' | TypedCredentials {
  const choice = form.get('credentials') ?? 'keep'
  const secret = form.get('secret') ?? ''
  if (choice === 'none') return 'none'
  if (choice === 'keep') {
    if (secret !== '') throw new SettingsError('Credentials: choose whether it is a password or a token')
    return 'keep'
  }
  const user = (form.get('user') ?? '').trim()
  const kind = choice === 'password' ? `basic:${user}` : 'bearer'
  if (secret === '' || /[\r\n\0]/.test(secret) || secret.length > 5_000)
    throw new SettingsError(`Credentials: the ${choice === 'password' ? 'password' : 'token'} is missing or too long`)
  if (choice === 'password' && (user === '' || !isCredentials(`${kind}:env:X`)))
    throw new SettingsError('Credentials: expected a user name without a colon')
  return { kind, secret }
}

/** Refuses references to secrets: only the settings file may name variables and files of this machine. */
function refuseReference(label: string, value: string): void {
  if (/^(?:env|file):/.test(value))
    throw new SettingsError(`${label}: env: and file: can only be written into sources.json by hand`)
}

function withoutCredentials(address: string): string {
  const url = URL.parse(address)
  if (url === null || (url.username === '' && url.password === '')) return address
  url.username = ''
  url.password = ''
  return url.href
}
