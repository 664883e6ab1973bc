import { SettingsError } from '../../errors/settings-error.ts'
import { percentDecode } from '../../http/join-url.ts'
import { mask } from '../../http/redact.ts'

/** A parsed database URL, and the forms in which it may be shown. */
export interface PostgresUrl {
  readonly url: string
  readonly password: string | undefined
  /** URL without its password, which then comes from `PGPASSWORD` or `~/.pgpass`. */
  readonly withoutPassword: string
  /** URL with a masked password. */
  readonly shown: string
  /** One URL per server: `postgres://a:5432,b:5432/database` names two. */
  readonly servers: readonly URL[]
}

/** True for the URL of a PostgreSQL database, valid or not. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:/i.test(text)
}

/**
 * Parses the URL of a database. @throws SettingsError that names `option` but shows nothing of the URL, which may
 * contain a password
 */
export function readPostgresUrl(text: string, option = 'url'): PostgresUrl {
  const [, scheme, user = '', hosts = '', rest = ''] =
    /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#]*)(.*)$/is.exec(text) ?? []
  const servers = hosts.split(',').map((host) => URL.parse(`${scheme}${user}${host}${rest}`))
  if (scheme === undefined || !servers.every((server) => server !== null)) {
    throw new SettingsError(
      `${option}: expected postgres://user:password@host:5432/database, got something else; @ : / # in a password are written %40 %3A %2F %23`,
    )
  }
  const [url] = servers as [URL]
  const inQuery = url.searchParams.get('password')
  const password = url.password === '' ? (inQuery ?? undefined) : percentDecode(url.password)
  if (password === undefined) return { url: text, password, withoutPassword: text, shown: text, servers }
  const written = (replacement: string | undefined): string => {
    const other = withPassword(url, replacement)
    return servers.length === 1 ? other : other.replace(url.host, hosts)
  }
  return { url: text, password, withoutPassword: written(undefined), shown: written(mask), servers }
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
