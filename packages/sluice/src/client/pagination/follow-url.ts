import { redactUrl } from '../../http/redact.ts'
import { PaginationError } from './page-sequence.ts'

export interface UrlRules {
  /** The requested URL of the page that names the next one. */
  readonly from: string
  /** URL of that page after redirects: relative targets are resolved against it. It is not trusted more than others. */
  readonly base: string
  /** The number of that page, from 1. */
  readonly page: number
  /** Origins that the caller has named: that of the first request, and those that were allowed. */
  readonly origins: ReadonlySet<string>
  /** Masks what the request has carried in what a message says of the next page. @default masks nothing */
  readonly mask?: ((text: string) => string) | undefined
}

const longestShown = 200

/**
 * The URL that a page names as the next one, complete, or why it is not followed. It gets the headers of the first request,
 * and with them the credentials: so it must lead to the same origin, from http to https of the same host, or to an origin that
 * the caller has named. From https to http of the same host, with the same port or none, it is
 * taken as https.
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
  // With another port it may be somebody else's.
  const isUpgrade = here.protocol === 'http:' && to.protocol === 'https:' && to.host === here.host
  if (to.origin !== here.origin && !isUpgrade && !origins.has(to.origin)) {
    return refuse(
      `that is another origin than ${here.origin}; allowOrigins: ['${to.origin}'] (the command: --allow-origin) lets it have the headers`,
    )
  }
  to.hash = ''
  return to.href
}

/** A server behind a TLS proxy names its own address with `http`. Its next page is requested with https, as this one was. */
function behindTls(to: URL, here: URL): URL {
  if (to.protocol !== 'http:' || here.protocol !== 'https:') return to
  const secure = new URL(to)
  secure.protocol = 'https:'
  // Without a port it names none that could be somebody else's.
  if (to.port === '' && to.hostname === here.hostname) secure.port = here.port
  return secure.origin === here.origin ? secure : to
}

function asItIs(text: string): string {
  return text
}
