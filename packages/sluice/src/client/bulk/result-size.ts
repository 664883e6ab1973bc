import type { CallResult } from '../result.ts'

/** Size of a value of JSON besides its bytes, as a multiple of these, about. */
const parsedSize = 4

/** Bytes of the answer that a result holds in memory, about: of its body, and of the value that was made of it. */
export function sizeOf(result: CallResult): number {
  if (!result.ok) return 0
  const { value, body } = result
  if (value instanceof Uint8Array) return body === undefined ? value.byteLength : body.byteLength
  if (typeof value === 'string') return value.length + (body?.byteLength ?? 0)
  return (body?.byteLength ?? 0) * (typeof value === 'object' && value !== null ? 1 + parsedSize : 1)
}
