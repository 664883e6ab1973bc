import type { CallResult } from '../result.ts'

/** Approximate size of a parsed JSON value, as a multiple of its bytes. */
const parsedSize = 4

/** Approximate bytes of a response that a result holds in memory: its body, and the value parsed from it. */
export function sizeOf(result: CallResult): number {
  if (!result.ok) return 0
  const { value, body } = result
  if (value instanceof Uint8Array) return body === undefined ? value.byteLength : body.byteLength
  if (typeof value === 'string') return value.length + (body?.byteLength ?? 0)
  return (body?.byteLength ?? 0) * (typeof value === 'object' && value !== null ? 1 + parsedSize : 1)
}
