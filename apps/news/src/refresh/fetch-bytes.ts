import { defaultLimits, type SourceAdapter } from '../model/source.ts'
import type { RequestCount, SourceClients } from './source-clients.ts'

/** Content of an address as it came. */
export interface FetchedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Its `Content-Type`. */
  readonly type: string | undefined
  /** The address that answered, after redirects. */
  readonly url: string
}

interface Bounds {
  readonly accept: string
  /** More bytes than this are not read. */
  readonly most: number
  /** Milliseconds, retries included. */
  readonly deadline: number
}

/**
 * Fetches an address that a source names, within the limits of all feeds and without the credentials of the source: it may be anywhere.
 * A source with a public address cannot lead to a private one. Undefined for content that is too large.
 *
 * @throws what the client throws.
 */
export async function fetchBytes(
  clients: SourceClients,
  source: SourceAdapter,
  url: string,
  { accept, most, deadline }: Bounds,
): Promise<FetchedBytes | undefined> {
  const client = clients.of({ ...source, auth: undefined, limits: defaultLimits.feed })
  const meta: RequestCount = { requests: 0, redirects: [] }
  const request = { url, readAs: 'stream', headers: { accept }, meta } as const
  const answer = await client.get<ReadableStream<Uint8Array>>(url, { ...request, deadline })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.value) {
    length += chunk.length
    if (length > most) return undefined
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(Buffer.concat(chunks))
  return { bytes, type: answer.headers['content-type'], url: answer.redirectedTo ?? url }
}
