import { isUtf8, textOf, utf8Text } from '#platform'

/** Text of a body, or the charset in which its bytes are invalid. */
export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly charset: string }

/**
 * Decodes a body in the charset declared by a byte order mark, the content type or the text itself, by default UTF-8.
 * Invalid bytes are never replaced.
 */
export function decodeText(body: Uint8Array, contentType: string): DecodedText {
  const marked = markedCharset(body)
  const declared = marked ?? knownCharset(charsetIn(contentType))
  if (declared !== undefined && !isUtf8Name(declared)) return decodeIn(declared, body)
  if (isUtf8(body)) return { ok: true, text: utf8Text(body) }
  const written = declared === undefined ? knownCharset(charsetWritten(body)) : undefined
  return written === undefined || isUtf8Name(written) ? { ok: false, charset: 'UTF-8' } : decodeIn(written, body)
}

/**
 * Decodes a JSON body. JSON is UTF-8 (RFC 8259), whatever western charset a server adds to its content type by
 * default; bytes that are not UTF-8 are read in the declared charset.
 */
export function decodeJsonText(body: Uint8Array, contentType: string): DecodedText {
  return isUtf8Json(body, contentType) ? { ok: true, text: utf8Text(body) } : decodeText(body, contentType)
}

/** Bytes of JSON in UTF-8: unchanged, or decoded and encoded again. */
export function jsonInUtf8(body: Uint8Array, contentType: string): Uint8Array {
  if (isUtf8Json(body, contentType)) return body
  const decoded = decodeText(body, contentType)
  return decoded.ok ? new TextEncoder().encode(decoded.text) : body
}

function isUtf8Json(body: Uint8Array, contentType: string): boolean {
  const charset = charsetIn(contentType)
  const isLikely =
    charset === undefined || /^(?:utf-?8|iso-?8859-1|latin-?1|windows-1252|us-ascii|ascii)$/i.test(charset)
  return isLikely && markedCharset(body) === undefined && isUtf8(body)
}

/** Decodes a body for display: bytes that cannot be decoded become U+FFFD. */
export function showText(body: Uint8Array, contentType: string): string {
  const decoded = decodeText(body, contentType)
  return decoded.ok ? decoded.text : utf8.decode(body)
}

const utf8 = new TextDecoder()

function decodeIn(charset: string, body: Uint8Array): DecodedText {
  const decoder = new TextDecoder(charset, { fatal: true })
  try {
    // In two steps: in one, Node 22 treats windows-1252 as ISO 8859-1.
    const text = decoder.decode(body, { stream: true })
    return { ok: true, text: text + decoder.decode() }
  } catch {
    return { ok: false, charset }
  }
}

/** Charset of a byte order mark, which takes precedence over a declared one (Encoding Standard, section 6). */
function markedCharset([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

function charsetIn(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]
}

/** Charset that XML or HTML declares at its start. */
function charsetWritten(body: Uint8Array): string | undefined {
  const start = textOf(body.subarray(0, 1_024), 'latin1')
  return (/^\s*<\?xml[^>]{1,100}?encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(start) ??
    /<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(start))?.[1]
}

/** Name of a charset as the platform spells it; undefined if it is unknown. */
function knownCharset(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}

function isUtf8Name(charset: string): boolean {
  return charset === 'utf-8'
}
