import type { SourceAdapter } from '../model/source.ts'
import { fetchBytes } from './fetch-bytes.ts'
import type { SourceClients } from './source-clients.ts'

/** An image as served by the reader's own server. */
export interface FetchedImage {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Maximum number of bytes of an icon, and of an image in an article. */
export const mostBytes = { icon: 100_000, image: 10_000_000 } as const

/** Deadline of an image in milliseconds, retries included. */
const deadline = 10_000

/** Fetches an image that a source names. Undefined if it does not exist, is too large, or is not an image. */
export async function fetchImage(
  clients: SourceClients,
  source: SourceAdapter,
  url: string,
  most: number,
): Promise<FetchedImage | undefined> {
  try {
    const found = await fetchBytes(clients, source, url, { accept: 'image/*', most, deadline })
    const type = found === undefined ? undefined : imageType(found.bytes)
    return found === undefined || type === undefined ? undefined : { type, bytes: found.bytes }
  } catch {
    return undefined
  }
}

/** First bytes, in hex, of pixel image formats. SVG is excluded, because it may contain scripts. */
const signatures: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638(37|39)61/],
  ['image/webp', /^52494646.{8}57454250/],
  ['image/avif', /^.{8}6674797061766966/],
  ['image/x-icon', /^00000100/],
]

/** Image type by the first bytes; the server's `Content-Type` is not trusted. */
export function imageType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  return signatures.find(([, signature]) => signature.test(start))?.[0]
}
