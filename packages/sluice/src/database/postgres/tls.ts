import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { messageOf } from '../../errors/message-of.ts'
import { SettingsError } from '../../errors/settings-error.ts'

/** Encryption of a connection. */
export interface Tls {
  /** Options of the driver; false without TLS. */
  readonly ssl: ConnectionOptions | false
  /** True if a server without TLS is acceptable. */
  readonly isOptional: boolean
}

/** Modes of libpq, and `no-verify` of the driver. */
const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

type Environment = Readonly<Record<string, string | undefined>>

/**
 * TLS settings from a URL and the environment, with libpq's meaning of `sslmode`. Without a mode TLS is used
 * if the server supports it. @throws SettingsError that names the parameter
 */
export function tlsOf({ searchParams }: URL, env: Environment): Tls {
  const given = (name: string): string | undefined =>
    searchParams.get(name) || env[`PG${name.toUpperCase()}`] || undefined
  const mode = given('sslmode') ?? modeOfSsl(searchParams.get('ssl'))
  if (!modes.includes(mode))
    throw new SettingsError(`sslmode: expected one of ${modes.join(', ')}, got ${JSON.stringify(mode)}`)
  if (mode === 'disable') return { ssl: false, isOptional: false }
  const root = given('sslrootcert')
  const ca = root === 'system' ? undefined : (fileOf('sslrootcert', root) ?? usualRoot(mode))
  const isFull = mode === 'verify-full' || root === 'system'
  // As in libpq, a root certificate implies verification of the server.
  const isChecked = isFull || mode === 'verify-ca' || (mode === 'require' && ca !== undefined)
  const [cert, key, passphrase] = [
    fileOf('sslcert', given('sslcert')),
    fileOf('sslkey', given('sslkey')),
    searchParams.get('sslpassword'),
  ]
  return {
    ssl: {
      rejectUnauthorized: isChecked,
      ...(ca === undefined ? undefined : { ca }),
      ...(isFull ? undefined : { checkServerIdentity: () => undefined }),
      ...(cert === undefined ? undefined : { cert }),
      ...(key === undefined ? undefined : { key }),
      ...(passphrase === null ? undefined : { passphrase }),
    },
    isOptional: mode === 'allow' || mode === 'prefer',
  }
}

/** The driver's own parameter: `ssl=true` verifies the server. */
function modeOfSsl(ssl: string | null): string {
  if (ssl === 'true' || ssl === '1') return 'verify-full'
  return ssl === 'false' || ssl === '0' ? 'disable' : 'prefer'
}

function fileOf(name: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SettingsError(`${name}: ${messageOf(cause)}`)
  }
}

/** Default path of the root certificate in libpq. */
function usualRoot(mode: string): string | undefined {
  if (!/^(require|verify-)/.test(mode)) return undefined
  try {
    return readFileSync(join(homedir(), '.postgresql/root.crt'), 'utf8')
  } catch {
    return undefined
  }
}
