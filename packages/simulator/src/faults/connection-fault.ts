import { SettingsError } from 'sluice'
import type { Random } from 'sluice/internal'
import { count } from './detail.ts'

const alert = count(80, 0, 255)

/** Names of everything that can go wrong with a connection before its first request. */
export const connectionFaultNames = ['reset', 'close', 'silent', 'alert'] as const

/** A fault of a connection before its first request. */
export type ConnectionFault =
  /** `reset`: torn down immediately. `close`: closed immediately. `silent`: accepted, but never answered. */
  | { readonly kind: 'reset' | 'close' | 'silent' }
  /** A fatal TLS alert instead of the handshake (RFC 8446, section 6). */
  | { readonly kind: 'alert'; readonly alert: number }

/** A connection fault and its probability. */
export interface ConnectionFaultShare {
  readonly fault: ConnectionFault
  readonly share: number
}

/** @throws SettingsError if the fault does not exist, or its detail is invalid. */
export function parseConnectionFault(name: string, text: string): ConnectionFault {
  const [word, detail, ...more] = text.split('=')
  const kind = connectionFaultNames.find((each) => each === word)
  if (kind !== undefined && more.length === 0) {
    if (kind !== 'alert') {
      if (detail === undefined) return { kind }
    } else if (detail === undefined || alert.fits(detail)) return { kind, alert: Number(detail ?? alert.standard) }
  }
  const expected = 'reset, close, silent or alert, such as alert=80'
  throw new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(text)}`)
}

/** The fault of the next connection, if any. */
export function drawConnectionFault(
  faults: readonly ConnectionFaultShare[],
  random: Random,
): ConnectionFault | undefined {
  if (faults.length === 0) return undefined
  let left = random()
  for (const { fault, share } of faults) {
    if (left < share) return fault
    left -= share
  }
  return undefined
}
