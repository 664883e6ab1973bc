import { parsedMeta, written } from '../plain-data.ts'
import type { StoredResult } from '../stored-item.ts'

/**
 * Results on their way to another thread: their bodies lie in one buffer, which changes hands instead of being copied.
 * Otherwise each body would be copied on its own, with all of the buffer that it is a part of. Meta data goes as JSON text:
 * a `JsonNumber` would arrive as another object.
 */
export interface PackedResults {
  readonly results: readonly StoredResult[]
  /** Missing where there are none. */
  readonly metas: readonly (string | undefined)[]
  /** How long each body is; missing where there is none. */
  readonly lengths: readonly (number | undefined)[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

export function packResults(given: readonly StoredResult[]): PackedResults {
  const lengths = given.map(({ body }) => body?.length)
  const bytes = new Uint8Array(lengths.reduce<number>((sum, length = 0) => sum + length, 0))
  let at = 0
  const metas = given.map(({ meta }) => (meta === undefined ? undefined : written(meta)))
  const results = given.map((result) => {
    const { body, meta } = result
    if (body === undefined && meta === undefined) return result
    if (body !== undefined) bytes.set(body, at)
    at += body?.length ?? 0
    return { ...result, body: undefined, meta: undefined }
  })
  return { results, metas, lengths, bytes }
}

/** The results with their bodies, each a copy that keeps nothing else alive. */
export function unpackResults({ results, metas, lengths, bytes }: PackedResults): StoredResult[] {
  let at = 0
  return results.map((result, position) => {
    const length = lengths[position]
    const meta = parsedMeta(metas[position])
    if (length === undefined && meta === undefined) return result
    at += length ?? 0
    return { ...result, meta, ...(length === undefined ? undefined : { body: bytes.slice(at - length, at) }) }
  })
}
