import { StoreError } from 'sluice/stores'

/** What PostgreSQL or the way to it calls what went wrong; nothing if the error is from elsewhere. */
function postgresCodeOf(reason: unknown): string | undefined {
  const code: unknown = reason instanceof Error && 'code' in reason ? reason.code : undefined
  return typeof code === 'string' ? code : undefined
}

const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'])
const cut = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])
/** What the driver says without a code. */
const driverLost = /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout e)/

/** Whether the server is there, and only cannot take anybody now: it starts, or has too many visitors. */
export function isBusy(reason: unknown): boolean {
  const code = postgresCodeOf(reason)
  return code === '57P03' || code === '53300'
}

/** Whether the connection is gone, or none could be had. */
export function isLost(reason: unknown): boolean {
  const code = postgresCodeOf(reason)
  if (code === undefined) return reason instanceof Error && driverLost.test(reason.message)
  // Class 08: the connection; 57P: somebody shuts the server down, or it has crashed; 25P03: this process slept in the middle.
  return unreachable.has(code) || cut.has(code) || /^(08|57P0[1-5]$|25P03$)/.test(code)
}

/** Whether two who changed the same stories stood in each other's way: one of them has to do it again. */
export function isCollision(reason: unknown): boolean {
  const code = postgresCodeOf(reason)
  return code === '40P01' || code === '40001'
}

/** What went wrong as the error that everybody sees; what is not from PostgreSQL as it is. */
export function asStoreError(reason: unknown, store: string): unknown {
  if (reason instanceof StoreError) return reason
  const said = reason instanceof Error ? reason.message || (postgresCodeOf(reason) ?? '') : ''
  const error = (what: string, code: StoreError['code'] = 'SLUICE_STORE'): StoreError =>
    new StoreError(code, `${store}: ${what}`, reason)
  const code = postgresCodeOf(reason)
  if (isBusy(reason)) return error(`takes nobody now (${said}); try again later, or let it take more connections`)
  if (isLost(reason)) {
    return error(
      `cannot be reached (${said || code}); look whether the server runs and the address is right. What was kept is not lost`,
    )
  }
  if (/^SASL: .*password must be/.test(said)) {
    return error('wants a password; give it in the address, in PGPASSWORD, or in ~/.pgpass')
  }
  if (/SSL|certificate/i.test(said) && !isSqlState(code)) {
    return error(`no safe connection can be made (${said}); see sslmode and sslrootcert in the address`)
  }
  if (!isSqlState(code)) return reason
  switch (code) {
    case '28P01':
    case '28000':
      return error(`refuses this user (${said}); check user and password: in the address, PGPASSWORD, or ~/.pgpass`)
    case '3D000':
      return error(`there is no such database; make it with createdb, or choose another`)
    case '42501':
      return error(`this user may not do that (${said}); let its owner grant it`, 'SLUICE_STORE_READ_ONLY')
    case '25006':
      return error('may only be read; choose the server that is written to', 'SLUICE_STORE_READ_ONLY')
    case '53100':
      return error('the disk of the server is full; make room and try again', 'SLUICE_STORE_FULL')
    case '55P03':
      return error('another process has kept it locked for too long; try again, or find out which one it is')
    case '42P01':
    case '3F000':
      return error(`its tables are gone (${said}); restore a copy, or begin anew`, 'SLUICE_STORE_DAMAGED')
    case 'XX001':
    case 'XX002':
      return error(`is damaged (${said}); restore a copy`, 'SLUICE_STORE_DAMAGED')
    default:
      return error(`${said}; this is a bug, please report it`)
  }
}

function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code)
}
