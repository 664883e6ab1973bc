import { redactUrl } from '../../http/redact.ts'
import { PaginationError } from './page-sequence.ts'

export interface UrlRules {
  /** Requested URL of the page that links to the next one. */
  readonly from: string
  /** URL of that page after redirects: base of relative targets. Not trusted more than other URLs. */
  readonly base: string
  /** Number of that page, from 1. */
  readonly page: number
  /** Trusted origins: that of the first request, and those of `allowOrigins`. */
  readonly origins: ReadonlySet<string>
  /** Masks credentials of the request in messages about the next page. @default masks nothing */
  readonly mask?: ((text: string) => string) | undefined
}

const longestShown = 200

/**
 * Returns the absolute URL of the next page, or the reason not to follow it. The next page gets the headers of the
 * first request, credentials included: so it must be on the same origin, be an upgrade from http to https on the same
 * host, or be on a trusted origin. A link from https to http on the same host, with the same port or none, is requested
 * with https.
 */
export function followUrl(
  target: string,
  { from, base, page, origins, mask = asItIs }: UrlRules,
): string | PaginationError {
  const redacted = mask(redactUrl(target))
  const shown = JSON.stringify(redacted.length <= longestShown ? redacted : `${redacted.slice(0, longestShown - 1)}…`)
  const refuse = (why: string): PaginationError =>
    new PaginationError('SLUICE_PAGE_ORIGIN', page, `the next page is at ${shown}: ${why}`)
  if (!URL.canParse(target, base)) {
    return new PaginationError('SLUICE_PAGE_SHAPE', page, `the next page is at ${shown}, which is not a URL`)
  }
  const here = new URL(from)
  const to = behindTls(new URL(target, base), here)
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return refuse('only http and https are followed')
  if (to.username !== '' || to.password !== '') return refuse('it carries credentials')
  // Another port may belong to another party.
  const isUpgrade = here.protocol === 'http:' && to.protocol === 'https:' && to.host === here.host
  if (to.origin !== here.origin && !isUpgrade && !origins.has(to.origin)) {
    return refuse(
      `that is another origin than ${here.origin}; allowOrigins: ['${to.origin}'] (--allow-origin) sends it the headers`,
    )
  }
  to.hash = ''
  return to.href
}

/** A server behind a TLS proxy may link to itself with `http`. Such a link is requested with https, like this page. */
function behindTls(to: URL, here: URL): URL {
  if (to.protocol !== 'http:' || here.protocol !== 'https:') return to
  const secure = new URL(to)
  secure.protocol = 'https:'
  // A URL without a port cannot name the port of another party.
  if (to.port === '' && to.hostname === here.hostname) secure.port = here.port
  return secure.origin === here.origin ? secure : to
}

function asItIs(text: string): string {
  return text
}
