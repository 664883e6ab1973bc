import type { SourceAdapter } from '../model/source.ts'
import { fetchBytes } from './fetch-bytes.ts'
import type { SourceClients } from './source-clients.ts'

/** An image as the reader's own server gives it away. */
export interface FetchedImage {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Bytes of an icon and of an image in an article: what is larger is none. */
export const mostBytes = { icon: 100_000, image: 10_000_000 } as const

/** Milliseconds for an image, retries included. */
const deadline = 10_000

/** Fetches an image that a source names. Undefined for what is no image, too large, or not there. */
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

/** First bytes, in hex, of images that are nothing but pixels. SVG may contain scripts, and is none of them. */
const signatures: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638(37|39)61/],
  ['image/webp', /^52494646.{8}57454250/],
  ['image/avif', /^.{8}6674797061766966/],
  ['image/x-icon', /^00000100/],
]

/** The type of an image by its first bytes, whatever its server says. */
export function imageType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  return signatures.find(([, signature]) => signature.test(start))?.[0]
}
