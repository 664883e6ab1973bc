import { copies, parsedSize, usualBody } from '../../policies/admission/gates/body-memory.ts'
import type { CallResult } from '../result.ts'

/** Approximate bytes of a response that a result holds in memory: its body, and the value parsed from it. */
export function sizeOf(result: CallResult): number {
  if (!result.ok) return 0
  const { value, body } = result
  if (value instanceof Uint8Array) return body === undefined ? value.byteLength : body.byteLength
  if (typeof value === 'string') return value.length + (body?.byteLength ?? 0)
  return (body?.byteLength ?? 0) * (typeof value === 'object' && value !== null ? 1 + parsedSize : 1)
}

/** Approximate bytes of a result in memory, as the size of a body that exists in `copies` copies. */
export function memoryOf(result: CallResult): number {
  if (!result.ok) return result.error.code === 'SLUICE_BODY_TOO_LARGE' ? usualBody : 0
  const body = result.body?.byteLength ?? 0
  return body + (sizeOf(result) - body) / copies
}
