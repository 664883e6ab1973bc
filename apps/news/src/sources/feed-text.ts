/** Encoding of an XML declaration, which is ASCII in any encoding. */
const declaration = /^[^<]{0,4}<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})["']/

/** Encoding that a web page declares. */
const metaCharset = /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?([\w.:-]{1,40})/i

/** Encodings that only use bytes below 128, so that encoded text looks like UTF-8. */
const sevenBit = /^iso-2022-/i

/** Default encodings of unconfigured servers. */
const usualDefault = /^(?:iso-8859-1|latin-?1|us-ascii|ascii)$/i

/**
 * Decodes a feed or an OPML file. A byte order mark takes precedence, then the bytes themselves: a zero in every second
 * place means UTF-16, and valid UTF-8 is UTF-8 whatever is declared. Otherwise the declared encoding applies, or
 * windows-1252 if it is missing or unknown.
 */
export function feedText(body: Uint8Array, contentType?: string): string {
  const marked = markedEncoding(body)
  if (marked !== undefined) return new TextDecoder(marked).decode(body)
  const inType = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]
  const start = new TextDecoder('latin1').decode(body.subarray(0, 2_000))
  const inXml = (declaration.exec(start.slice(0, 300)) ?? metaCharset.exec(start))?.[1]
  const isDefault = inType !== undefined && usualDefault.test(inType)
  const declared = (isDefault ? [inXml, inType] : [inType, inXml]).filter((name) => name !== undefined)
  if (!declared.some((name) => sevenBit.test(name)) && isUtf8(body)) return new TextDecoder().decode(body)
  for (const name of declared) {
    const decoder = decoderOf(name)
    if (decoder !== undefined && !/^utf-/.test(decoder.encoding)) return decoder.decode(body)
  }
  return new TextDecoder(isMostlyUtf8(body) ? 'utf-8' : 'windows-1252').decode(body)
}

/** Encoding by a byte order mark, or by the zeros in the first characters of UTF-16 without one. */
function markedEncoding(body: Uint8Array): string | undefined {
  const [a, b, c, d] = body
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le'
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'utf-16be'
  return undefined
}

function decoderOf(name: string): InstanceType<typeof TextDecoder> | undefined {
  const plain = name.toLowerCase().replaceAll('_', '-')
  for (const label of [name, plain, plain.replace(/^cp-?(?=\d)/, 'windows-'), plain.replace(/^latin-/, 'latin')]) {
    try {
      return new TextDecoder(label)
    } catch {
      // An unknown name is ignored.
    }
  }
  return undefined
}

function isUtf8(body: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(body)
    return true
  } catch {
    return false
  }
}

/** Returns true unless invalid bytes outnumber multi-byte characters: errors in UTF-8, not another encoding. */
function isMostlyUtf8(body: Uint8Array): boolean {
  let right = 0
  let wrong = 0
  for (let at = 0; at < body.length; at++) {
    const lead = body[at]!
    if (lead < 0x80) continue
    const following =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0
    const isWhole = following > 0 && body.subarray(at + 1, at + 1 + following).every((byte) => (byte & 0xc0) === 0x80)
    if (isWhole && at + following < body.length) {
      right++
      at += following
    } else {
      wrong++
    }
  }
  return right >= wrong
}
