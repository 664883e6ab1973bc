import { SettingsError } from '../../errors/settings-error.ts'
import { percentDecode } from '../../http/join-url.ts'
import { mask } from '../../http/redact.ts'

/** URL of a database, and the ways in which it may be shown. */
export interface PostgresUrl {
  readonly url: string
  readonly password: string | undefined
  /** The URL without its password, which then comes from `PGPASSWORD` or `~/.pgpass`. */
  readonly withoutPassword: string
  /** The URL with a mask in place of its password. */
  readonly shown: string
}

/** True for the URL of a PostgreSQL database, whether it is right or wrong. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:/i.test(text)
}

/** Reads the URL of a database. @throws SettingsError that names `option` and shows nothing of the URL, which may contain a password. */
export function readPostgresUrl(text: string, option = 'url'): PostgresUrl {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:\/\//i.test(text)) {
    throw new SettingsError(
      `${option}: expected postgres://user:password@host:5432/database, got something else; @ : / # in a password are written %40 %3A %2F %23`,
    )
  }
  const inQuery = url.searchParams.get('password')
  const password = url.password === '' ? (inQuery ?? undefined) : percentDecode(url.password)
  if (password === undefined) return { url: text, password, withoutPassword: text, shown: text }
  return { url: text, password, withoutPassword: withPassword(url, undefined), shown: withPassword(url, mask) }
}

function withPassword(url: URL, replacement: string | undefined): string {
  const other = new URL(url)
  if (other.password !== '') other.password = replacement ?? ''
  if (other.searchParams.has('password')) {
    if (replacement === undefined) other.searchParams.delete('password')
    else other.searchParams.set('password', replacement)
  }
  return other.href
}
