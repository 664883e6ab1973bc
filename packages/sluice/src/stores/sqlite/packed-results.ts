import type { StoredResult } from '../stored-item.ts'

/**
 * Results on their way to another thread: their bodies lie in one buffer, which changes hands instead of being copied.
 * Otherwise each body would be copied on its own, with all of the buffer that it is a part of.
 */
export interface PackedResults {
  readonly results: readonly StoredResult[]
  /** How long each body is; missing where there is none. */
  readonly lengths: readonly (number | undefined)[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

export function packResults(given: readonly StoredResult[]): PackedResults {
  const lengths = given.map(({ body }) => body?.length)
  const bytes = new Uint8Array(lengths.reduce<number>((sum, length = 0) => sum + length, 0))
  let at = 0
  const results = given.map((result) => {
    if (result.body === undefined) return result
    bytes.set(result.body, at)
    at += result.body.length
    return { ...result, body: undefined }
  })
  return { results, lengths, bytes }
}

/** The results with their bodies, each a copy that keeps nothing else alive. */
export function unpackResults({ results, lengths, bytes }: PackedResults): StoredResult[] {
  let at = 0
  return results.map((result, position) => {
    const length = lengths[position]
    if (length === undefined) return result
    at += length
    return { ...result, body: bytes.slice(at - length, at) }
  })
}
