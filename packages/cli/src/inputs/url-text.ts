import { joinUrl, plainOrigin } from 'sluice/internal'
import { badItem, type InputItem, maskUrl, showUrl, type Where } from './input-item.ts'

/** Input for a URL on its own, completed and checked. */
export function urlItem(text: string, where: Where, baseUrl?: string): InputItem {
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, maskUrl(text))
  return { ok: true, request: { url }, where }
}

const loopback = /^(?:localhost|[^/?#:]+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?=[:/?#]|$)/i
/** Matches `mailto:x` as a scheme, but not `host:8080`. */
const scheme = /^[a-z][a-z0-9+.-]*:(?!\d)/i
/**
 * Matches a host with a dot and a non-numeric end, or an IPv4 address, each with or without a port; or any name with a
 * port.
 */
const host =
  /^(?:(?:[\p{L}\p{N}_-]+\.)+(?:\p{L}{2,}|xn--[a-z0-9-]+)(?::\d+)?|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\[[0-9a-f:.]+\](?::\d+)?|(?=[\p{N}_-]*\p{L})[\p{L}\p{N}_-]+:\d+)(?=[/?#]|$)/iu

/**
 * Completes a URL as people type it: `:3000/x` is `http://localhost:3000/x`; without a scheme, this machine
 * (`localhost:8080/x`, `127.0.0.1`) gets `http://`, and a host with a dot or a port gets `https://`.
 *
 * Text that starts with `/` is left for the base URL. If there is one, so is everything without a
 * scheme that is not this machine: `products/1` is then a path, not a host. Other text stays unchanged, and is not a
 * URL.
 */
export function completeUrl(text: string, baseUrl?: string): string {
  if (/^:\d/.test(text)) return `http://localhost${text}`
  if (text === '' || text.startsWith('/') || scheme.test(text)) return text
  if (loopback.test(text)) return `http://${text}`
  return baseUrl === undefined && host.test(text) ? `https://${text}` : text
}

/** Invisible characters, which copying adds at the ends of a URL. */
const invisible = /^[\p{Cc}\p{Cf}]|[\p{Cc}\p{Cf}]$/u

/**
 * Problem of a completed URL; undefined if it is valid. Credentials are masked.
 *
 * Refuses `//host/x`, which would leave the host of a base URL, and URLs that the platform would repair silently, such
 * as `http:/host`.
 */
export function urlProblem(text: string, baseUrl?: string): string | undefined {
  // A URL in normal form on a host that was called already: nearly all lines of a long list.
  if (plainOrigin(text) !== undefined) return undefined
  if (text === '') return 'the URL is empty'
  if (text.includes('\0')) return 'there is a NUL in the URL; --null reads a list whose items end with NUL'
  const unseen = invisible.exec(text)
  if (unseen !== null) {
    const code = unseen[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    return `there is an invisible character (U+${code}) at the ${unseen.index === 0 ? 'beginning' : 'end'} of the URL`
  }
  if (text.startsWith('//')) return `${showUrl(text)} has no scheme; write https: before it`
  if (text.startsWith('/') && baseUrl === undefined) {
    return `${showUrl(text)} is relative, and there is no --base-url`
  }
  if (/^https?:/i.test(text) && !/^https?:\/\/(?!https?(?::|\/\/))[^/\\?#]/i.test(text)) {
    return `${showUrl(text)} is not a URL; a URL begins with https:// and a host`
  }
  const protocol = protocolOf(text, baseUrl)
  if (protocol === undefined) return `${showUrl(text)} is not a URL${hintOf(text)}`
  if (protocol === 'http:' || protocol === 'https:') return undefined
  return `${showUrl(text)} has the scheme ${protocol.slice(0, -1)}; only http and https can be called`
}

/** Likely mistake in a text that is not a URL. */
function hintOf(text: string): string {
  if (/^https?\/\//i.test(text)) return '; the colon after the scheme is missing'
  if (/^["']/.test(text)) return '; write it without quotes'
  if (/^[^,;\t|]+[,;\t|]/.test(text) && !/\s/.test(text)) return '; if this is a table, --input-format csv reads it'
  return baseHint.test(text) ? '; a host without a dot needs its scheme, and --url makes URLs of ids' : ''
}

const baseHint = /^[\p{L}\p{N}_-]+(?:[/?#]|$)/u

function protocolOf(text: string, baseUrl: string | undefined): string | undefined {
  try {
    return joinUrl(text, baseUrl).protocol
  } catch {
    return undefined
  }
}
