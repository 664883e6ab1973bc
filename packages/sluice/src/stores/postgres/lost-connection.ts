/** Codes of the system and of PostgreSQL after which the same may work a little later. */
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
  'ENOENT', // the socket file of a server that is being started
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
])

/** What the library says of a lost connection without giving it a code. */
const words =
  /connection terminated|connection ended|connection timeout|timeout expired|timeout exceeded when trying to connect|query read timeout|not queryable|client was closed|connection error/i

/** Whether what failed may be done again: nothing is wrong with it, the way to the server broke or it was restarted. */
export function isPassing(reason: unknown): boolean {
  const code = codeOf(reason)
  if (code !== undefined) return passing.has(code) || code.startsWith('08')
  return reason instanceof AggregateError ? reason.errors.some(isPassing) : words.test(messageOf(reason))
}

/** Whether the server is there, but not yet ready. */
export function isStarting(reason: unknown): boolean {
  return ['57P03', '40001', '40P01'].includes(codeOf(reason) ?? '')
}

export function codeOf(reason: unknown): string | undefined {
  const { code } = (reason ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

export function messageOf(reason: unknown): string {
  if (reason instanceof AggregateError && reason.message === '') return reason.errors.map(messageOf).join('; ')
  return reason instanceof Error ? reason.message : String(reason)
}
