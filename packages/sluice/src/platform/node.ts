import { createHash, createHmac } from 'node:crypto'

export { isUtf8 } from 'node:buffer'

/** Ways to write bytes as text. */
export type BytesEncoding = 'base64' | 'base64url' | 'hex' | 'latin1'

/** Digest (SHA-256) of what is added bit by bit. */
export interface Sha256 {
  update(data: string | Uint8Array): unknown
  copy(): Sha256
  digest(): Uint8Array
}

const utf8 = new TextDecoder()

/** Text of bytes that are UTF-8, as a `TextDecoder` gives it; in half the time for what a socket gives, unless a mark begins it. */
export function utf8Text(bytes: Uint8Array): string {
  return bytes instanceof Buffer && bytes[0] !== 0xef ? bytes.toString('utf8') : utf8.decode(bytes)
}

/** Memory for bytes that are all written before they are read. */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(size)
}

/** Bytes as text. */
export function textOf(bytes: Uint8Array, encoding: BytesEncoding): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding)
}

/** Bytes of Base64, as far as it is some. */
export function bytesOfBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

/** Digest (SHA-256) of a text in UTF-8 or of bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/** The start of a digest (SHA-256). */
export function openSha256(): Sha256 {
  return createHash('sha256')
}

/** HMAC with SHA-256 of a text in UTF-8. */
export function hmacSha256(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}
