import { messageOf } from '../../errors/message-of.ts'
import { DamagedContent, StoreError } from '../store-error.ts'

/** Codes of the operating system and of PostgreSQL after which a retry may succeed. */
const passing = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // socket file of a server that is starting
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
])

/** Messages of pg for a lost connection without a code. */
const words =
  /connection terminated|connection ended|connection timeout|timeout expired|timeout exceeded when trying to connect|query read timeout|not queryable|client was closed|connection error/i

/** True if a retry may succeed: the connection was lost, or the server restarted. */
export function isPassing(reason: unknown): boolean {
  const code = codeOf(reason)
  if (code !== undefined) return passing.has(code) || code.startsWith('08')
  return reason instanceof AggregateError ? reason.errors.some(isPassing) : words.test(messagesOf(reason))
}

/** PostgreSQL codes for damaged data, which nothing but a repair changes. */
const damages = /^XX00[12]$/

/** PostgreSQL codes about the values of a statement: format, constraints, size. */
const values = /^(22|23|54)...$/

/** True if the server is reachable but not ready yet. */
export function isStarting(reason: unknown): boolean {
  return ['57P03', '40001', '40P01'].includes(codeOf(reason) ?? '')
}

type Code = ConstructorParameters<typeof StoreError>[0]

/** PostgreSQL and system codes: kind of error, what happened and what to do. */
const known: Readonly<Record<string, readonly [Code, string]>> = {
  '28P01': [
    'SLUICE_STORE',
    'does not accept the password; give the right one in the URL, in PGPASSWORD or in ~/.pgpass',
  ],
  '3D000': ['SLUICE_STORE', 'the database does not exist; create it (`createdb NAME`), or name another'],
  '42501': [
    'SLUICE_STORE',
    'the user lacks a privilege; the owner can grant it (GRANT CREATE ON DATABASE), or use a schema that the user owns',
  ],
  '53100': ['SLUICE_STORE_FULL', 'the disk of the server is full; free disk space and resume: committed data is safe'],
  '53200': ['SLUICE_STORE', 'the server is out of memory; add memory, or open fewer connections'],
  '53300': [
    'SLUICE_STORE',
    'the server has too many connections; run fewer processes, set fewer `connections` in each, or raise max_connections',
  ],
  '25006': ['SLUICE_STORE_READ_ONLY', 'the server is read-only (a standby, or configured so); connect to the primary'],
  '57014': [
    'SLUICE_STORE',
    'a statement was cancelled, after a minute or by an operator; check what keeps the server busy',
  ],
  '55P03': ['SLUICE_STORE', 'another session held a lock for too long; see pg_locks'],
  XX001: ['SLUICE_STORE_DAMAGED', 'the server reports damaged data; restore a backup'],
  XX002: ['SLUICE_STORE_DAMAGED', 'the server reports a damaged index; run REINDEX, or restore a backup'],
  '42883': [
    'SLUICE_STORE_DAMAGED',
    'a function of its schema is missing: the schema was changed by other means, or the user lost USAGE on it; restore a backup, or grant it',
  ],
  '42P01': [
    'SLUICE_STORE_DAMAGED',
    'a table of its schema is missing: the schema was changed by other means, or the user lost USAGE on it; restore a backup, or grant it',
  ],
  ECONNREFUSED: ['SLUICE_STORE', 'no server listens there; start PostgreSQL, or correct host and port'],
  ENOTFOUND: ['SLUICE_STORE', 'the host does not exist; correct the URL'],
  EAI_AGAIN: ['SLUICE_STORE', 'the host name cannot be resolved right now; check the network'],
  ENOENT: ['SLUICE_STORE', 'a file that the URL names is missing (a socket, or a certificate); correct the URL'],
}

const certificates = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF|UNABLE_TO_|CERT_|ERR_TLS_)/

/** Converts an error of PostgreSQL to a StoreError without `secrets`; other errors are returned unchanged. */
export function asStoreError(reason: unknown, store: string, secrets: readonly string[]): unknown {
  if (reason instanceof StoreError || reason instanceof TypeError) return reason
  const code = codeOf(reason)
  const said = masked(messagesOf(reason), secrets)
  // An operator can mend all else: space, locks, rights, a trigger. Results are kept until then.
  const mayPass = isPassing(reason) || (code !== undefined && !values.test(code) && !damages.test(code))
  const tell = (kind: Code, text: string) =>
    new StoreError(kind, `${store}: ${text} (${said})`, causeOf(reason, secrets), mayPass)
  if (reason instanceof DamagedContent) {
    return tell('SLUICE_STORE_DAMAGED', 'stored data can no longer be read; restore a backup')
  }
  const told = code === undefined ? undefined : known[code]
  if (told !== undefined) return tell(...told)
  if (code === '28000') return tell('SLUICE_STORE', refusal(said))
  if (/does not support SSL/i.test(said)) {
    return tell('SLUICE_STORE', 'the server has no TLS; take sslmode out of the URL and of PGSSLMODE')
  }
  if (/^SASL|password must be a string/i.test(said)) {
    return tell('SLUICE_STORE', 'the server requires a password; give it in the URL, in PGPASSWORD or in ~/.pgpass')
  }
  if (code !== undefined && certificates.test(code)) {
    return tell(
      'SLUICE_STORE',
      'its certificate is not trusted; name its authority with sslrootcert=FILE in the URL, or use sslmode=require, which does not check it',
    )
  }
  // A pooler whose sessions are all in use accepts connections, too.
  if (/query read timeout/i.test(said)) {
    return tell(
      'SLUICE_STORE',
      'the server accepts connections, but does not answer; check its load, and the pool size of a pooler in between (default_pool_size of PgBouncer): a worker takes up to 11',
    )
  }
  if (isPassing(reason)) {
    return tell(
      'SLUICE_STORE',
      'the server does not answer; check that it runs and can be reached, and resume: committed data is safe',
    )
  }
  if (code !== undefined && values.test(code)) return tell('SLUICE_STORE_REFUSED', `cannot store a value: ${code}`)
  return code === undefined ? reason : tell('SLUICE_STORE', `the server refuses: ${code}`)
}

function refusal(said: string): string {
  return /no encryption/i.test(said)
    ? 'the server accepts this user only over TLS, or not at all; add ?sslmode=require to the URL, or see its pg_hba.conf'
    : 'the server rejects this user; see its pg_hba.conf'
}

/** Errors of pg reference connections and their settings, so only the message and the code are kept. */
function causeOf(reason: unknown, secrets: readonly string[]): Error {
  const cause = new Error(masked(messagesOf(reason), secrets)) as Error & { code?: string | undefined }
  const code = codeOf(reason)
  if (code !== undefined) cause.code = code
  return cause
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

export function codeOf(reason: unknown): string | undefined {
  const { code } = (reason ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** Message of an error, or those of all addresses that were tried. */
function messagesOf(reason: unknown): string {
  const isBare = reason instanceof AggregateError && reason.message === ''
  return isBare ? reason.errors.map(messagesOf).join('; ') : messageOf(reason)
}
