import { joinUrl } from 'sluice/internal'
import { badItem, type InputItem, type LineReader, lineByLine, maskUrl, showUrl, type Where } from './input-item.ts'

/**
 * Reads one URL a line. Blank lines are skipped, and lines whose first character beyond blanks is `#`; a `#` later on is
 * part of the URL. Brackets and braces are taken as they are.
 */
export function urlLines(source: string, baseUrl?: string): LineReader {
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    const url = text.trim()
    if (url === '' || url.startsWith('#')) return undefined
    const blank = url.search(/\s/)
    if (blank !== -1) {
      const column = text.indexOf(url) + blank + 1
      return badItem(where, `there is a blank inside the URL, at column ${column}; write %20, or one URL a line`)
    }
    return urlItem(url, where, baseUrl)
  })
}

/** The input that a URL alone makes, completed and checked. */
export function urlItem(text: string, where: Where, baseUrl?: string): InputItem {
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, maskUrl(text))
  return { ok: true, request: { url }, where }
}

const loopback = /^(?:localhost|[^/?#:]+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?=[:/?#]|$)/i
/** `host:8080` is no scheme, `mailto:x` is one. */
const scheme = /^[a-z][a-z0-9+.-]*:(?!\d)/i

/**
 * A URL as people type it, made whole: `:3000/x` is `http://localhost:3000/x`; without a scheme this machine
 * (`localhost:8080/x`, `127.0.0.1`) gets `http://`, any other host `https://`.
 *
 * Text that begins with `/` is left for the base URL. So is, where there is one, everything that names neither a
 * scheme nor this machine: `products/1` is a path then, not a host.
 */
export function completeUrl(text: string, baseUrl?: string): string {
  if (/^:\d/.test(text)) return `http://localhost${text}`
  if (text === '' || text.startsWith('/') || scheme.test(text)) return text
  if (loopback.test(text)) return `http://${text}`
  return baseUrl === undefined ? `https://${text}` : text
}

/**
 * Problem of a completed URL, in words; undefined if it can be called. Credentials are masked.
 *
 * A URL such as `//host/x` is refused: with a base URL it would leave the host that the base URL names.
 */
export function urlProblem(text: string, baseUrl?: string): string | undefined {
  if (text === '') return 'the URL is empty'
  if (text.startsWith('//')) return `${showUrl(text)} has no scheme; write https: before it`
  if (text.startsWith('/') && baseUrl === undefined) {
    return `${showUrl(text)} is relative, and there is no --base-url`
  }
  const protocol = protocolOf(text, baseUrl)
  if (protocol === undefined) return `${showUrl(text)} is not a URL`
  if (protocol === 'http:' || protocol === 'https:') return undefined
  return `${showUrl(text)} has the scheme ${protocol.slice(0, -1)}; only http and https can be called`
}

function protocolOf(text: string, baseUrl: string | undefined): string | undefined {
  try {
    return joinUrl(text, baseUrl).protocol
  } catch {
    return undefined
  }
}
