import type { BytesEncoding, Sha256 } from './node.ts'
import { PortableSha256, portableHmac } from './sha256.ts'

const utf8 = new TextDecoder()
const strict = new TextDecoder('utf-8', { fatal: true })

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}

export function utf8Text(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

export function allocate(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size)
}

export function textOf(bytes: Uint8Array, encoding: BytesEncoding): string {
  if (encoding === 'hex') return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const letters = lettersOf(bytes)
  if (encoding === 'latin1') return letters
  const base64 = btoa(letters)
  return encoding === 'base64'
    ? base64
    : base64
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replace(/={1,2}$/, '')
}

export function bytesOfBase64(text: string): Uint8Array {
  const sound = text
    .replace(/=.*$/s, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '')
  // A single trailing character does not encode a byte.
  const letters = atob(sound.length % 4 === 1 ? sound.slice(0, -1) : sound)
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
}

export function sha256(data: string | Uint8Array): Uint8Array {
  return new PortableSha256().update(data).digest()
}

export function openSha256(): Sha256 {
  return new PortableSha256()
}

export function hmacSha256(key: Uint8Array, text: string): Uint8Array {
  return portableHmac(key, text)
}

/** Latin-1 text of bytes. In chunks, since a function takes a limited number of arguments. */
function lettersOf(bytes: Uint8Array): string {
  let letters = ''
  for (let at = 0; at < bytes.length; at += 8_192) letters += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return letters
}
