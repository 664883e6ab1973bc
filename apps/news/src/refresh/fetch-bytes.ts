import type { Auth } from 'sluice'
import { defaultLimits, type SourceAdapter } from '../model/source.ts'
import type { RequestCount, SourceClients } from './source-clients.ts'

/** Undecoded content of an address. */
export interface FetchedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `Content-Type` of the response. */
  readonly type: string | undefined
  /** Final address, after redirects. */
  readonly url: string
}

interface Bounds {
  readonly accept: string
  /** Maximum number of bytes. */
  readonly most: number
  /** Deadline in milliseconds, retries included. */
  readonly deadline: number
  /** Credentials for the host of the address. @default none */
  readonly auth?: Auth | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Fetches an address that a source names, within the limits of all feeds. Sends no credentials of the source: the
 * address may be on any host. A source with a public address cannot lead to a private one. Undefined for content that
 * is too large.
 *
 * @throws errors of the client.
 */
export async function fetchBytes(
  clients: SourceClients,
  source: SourceAdapter,
  url: string,
  { accept, most, deadline, auth, signal }: Bounds,
): Promise<FetchedBytes | undefined> {
  const client = clients.of({ ...source, auth, limits: defaultLimits.feed })
  const meta: RequestCount = { requests: 0, redirects: [] }
  const request = { url, readAs: 'stream', headers: { accept }, meta } as const
  const answer = await client.get<ReadableStream<Uint8Array>>(url, { ...request, deadline, signal })
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
