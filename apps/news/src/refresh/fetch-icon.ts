import { defaultLimits, type SourceAdapter } from '../model/source.ts'
import type { RequestCount, SourceClients } from './source-clients.ts'

/** An image as the reader's own server gives it away. */
export interface Icon {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Bytes of an icon: what is larger is none. */
const mostBytes = 100_000
/** Milliseconds for an icon, retries included. */
const deadline = 10_000

/**
 * Fetches the icon of a source within the limits of all feeds, without the credentials of the source: it may be anywhere. A source with a
 * public address cannot lead to a private one. Undefined for what is no image, too large, or not there.
 */
export async function fetchIcon(clients: SourceClients, source: SourceAdapter, url: string): Promise<Icon | undefined> {
  const client = clients.of({ ...source, auth: undefined, limits: defaultLimits.feed })
  const meta: RequestCount = { requests: 0, redirects: [] }
  const request = { url, readAs: 'stream', headers: { accept: 'image/*' }, meta } as const
  try {
    const { value } = await client.get<ReadableStream<Uint8Array>>(url, { ...request, deadline })
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of value) {
      length += chunk.length
      if (length > mostBytes) return undefined
      chunks.push(chunk)
    }
    const bytes = new Uint8Array(Buffer.concat(chunks))
    const type = imageType(bytes)
    return type === undefined ? undefined : { type, bytes }
  } catch {
    return undefined
  }
}

/** First bytes, in hex, of images that are nothing but pixels. SVG may contain scripts, and is none of them. */
const signatures: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638(37|39)61/],
  ['image/webp', /^52494646.{8}57454250/],
  ['image/x-icon', /^00000100/],
]

/** The type of an image by its first bytes, whatever its server says. */
export function imageType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  return signatures.find(([, signature]) => signature.test(start))?.[0]
}
