import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { BadRequest } from './query.ts'

const self = ["'self'"]
const none = ["'none'"]
const anywhere = ['https:', 'http:']

/** Security headers of pages that load images and media from these places only. */
function pageHeaders(imgSrc: string[], mediaSrc?: string[]): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: none,
      scriptSrc: self,
      styleSrc: self,
      imgSrc,
      ...(mediaSrc === undefined ? undefined : { mediaSrc }),
      connectSrc: self,
      formAction: self,
      baseUri: none,
      frameAncestors: none,
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    // Loopback addresses have no certificates.
    strictTransportSecurity: false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  })
}

/** Content security policy: pages use our script, style sheets and forms, and load nothing from other hosts. */
export const securityHeaders: MiddlewareHandler = pageHeaders(self)

/** Policy of story pages: images load from their original hosts unless this server proxies them; media always do. */
export function storyHeaders(isProxied: boolean): MiddlewareHandler {
  return pageHeaders(isProxied ? self : [...self, ...anywhere], anywhere)
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i

/**
 * Rejects requests for hosts other than loopback names. Otherwise a foreign name that resolves to this machine (DNS
 * rebinding) would let a foreign page read all responses as same-origin.
 */
export const ownHostOnly: MiddlewareHandler = async ({ req }, next) => {
  const host = req.header('host') ?? new URL(req.url).host
  if (!loopback.test(host))
    throw new BadRequest(
      'This reader only responds at localhost, 127.0.0.1 and [::1]. Open it under one of these names.',
      403,
    )
  await next()
}

/** Maximum number of bytes of a form; the longest page of stories needs far less. */
const largestForm = 64 * 1024

/** Stops reading a body that is too long, with or without `Content-Length`. */
export const smallBodiesOnly: MiddlewareHandler = bodyLimit({
  maxSize: largestForm,
  onError: () => {
    throw new BadRequest('The form is too large.', 413)
  },
})

/**
 * Reads a form sent by a page of this reader: the browser reports the same origin, and the form contains the token,
 * which no other page can read. @throws BadRequest
 */
export async function readForm({ req }: Context, token: string): Promise<URLSearchParams> {
  const site = req.header('sec-fetch-site')
  // Without a referrer, `Origin` is `null` for forms, so `Sec-Fetch-Site` takes precedence.
  const isOwn = site === undefined ? isOwnOrigin(req.header('origin'), req.header('host')) : site === 'same-origin'
  if (!isOwn) throw new BadRequest('Only pages of this reader can change its data.', 403)
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(req.header('content-type') ?? ''))
    throw new BadRequest('Forms must be sent as application/x-www-form-urlencoded.', 415)
  const form = new URLSearchParams(await req.text())
  if (!isSame(form.get('token') ?? '', token))
    throw new BadRequest(
      'The reader was restarted after this page was loaded. Go back, reload the page, and try again.',
      403,
    )
  return form
}

function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
