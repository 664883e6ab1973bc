import { kindOf, SettingsError } from '../errors/settings-error.ts'

/** Headers as written by the user, in any case; `undefined` removes a header that the client would add. */
export type HeadersInput = Readonly<Record<string, string | undefined>>

/**
 * Merges `added` into `base`, with names in lower case. Validates them, so that no data can be smuggled into the
 * request (RFC 9110 section 5.5: no line break, no NUL, a token for a name).
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` that names the header, never its value.
 */
export function mergeHeaders(base: Readonly<Record<string, string>>, added: HeadersInput): Record<string, string> {
  const merged = { ...base }
  for (const [name, value] of Object.entries(added)) {
    const lower = name.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
      throw new SettingsError(
        `the header name ${JSON.stringify(name.replace(/:.+/s, ':…'))} is not a token`,
        'SLUICE_BAD_INPUT',
      )
    }
    if (value === undefined || value === null) delete merged[lower]
    else if (framing.has(lower))
      throw new SettingsError(`the header ${lower} cannot be set: the transport writes it`, 'SLUICE_BAD_INPUT')
    else if (typeof value === 'function' || String(value).startsWith('[object '))
      throw new SettingsError(`the header ${lower}: expected text, got ${kindOf(value)}`, 'SLUICE_BAD_INPUT')
    else merged[lower] = checkedValue(lower, String(value).trim())
  }
  return merged
}

/** Headers about message framing and connections: contradictory values allow request smuggling. */
export const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/**
 * Fields about one connection, which neither a proxy nor a cache forwards (RFC 9110 section 7.6.1), in addition to
 * those named in `Connection`.
 */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

function checkedValue(name: string, value: string): string {
  if (!/[^\t\x20-\x7e\x80-\xff]/.test(value)) return value
  throw new SettingsError(
    `the value of header ${name} contains a character that headers do not allow: a control character, or one beyond Latin-1`,
    'SLUICE_BAD_INPUT',
  )
}

/** Decodes UTF-8: servers send non-ASCII letters as plain UTF-8, and headers are read as Latin-1. */
export function utf8Of(text: string | undefined): string | undefined {
  if (text === undefined || !/[\x80-\xff]/.test(text)) return text
  const decoded = new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  return decoded.includes('\ufffd') ? text : decoded
}
