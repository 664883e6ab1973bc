import { SettingsError } from 'sluice'
import { mask } from 'sluice/internal'

/** Where a database is, and how that may be shown. */
export interface PostgresPlace {
  /** As it was given, for whoever connects. */
  readonly url: string
  readonly password: string | undefined
  /** Without the password, which then comes from PGPASSWORD or ~/.pgpass: for commands to paste. */
  readonly withoutPassword: string
  /** With a mask in place of the password. */
  readonly shown: string
}

export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:/i.test(text)
}

/** Reads the URL of a database. @throws SettingsError, which shows nothing of it: a password may stand anywhere in it. */
export function parsePostgresUrl(text: string): PostgresPlace {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(ql)?:\/\//i.test(text)) {
    throw new SettingsError(
      '--store: this is no URL of a database; expected postgres://user@host:5432/database, with %40 for @ and %2F for / in a password',
    )
  }
  const inQuery = url.searchParams.get('password')
  const password = url.password !== '' ? decoded(url.password) : (inQuery ?? undefined)
  if (password === undefined) return { url: text, password, withoutPassword: text, shown: text }
  return { url: text, password, withoutPassword: replaced(url, undefined), shown: replaced(url, mask) }
}

/** The URL with something else in place of its password. */
function replaced(url: URL, replacement: string | undefined): string {
  const other = new URL(url)
  if (other.password !== '') other.password = replacement ?? ''
  if (other.searchParams.has('password')) {
    if (replacement === undefined) other.searchParams.delete('password')
    else other.searchParams.set('password', replacement)
  }
  return other.href
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
