import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { BadRequest } from './query.ts'

const self = ["'self'"]
const none = ["'none'"]
const anywhere = ['https:', 'http:']

/** Headers of pages that load images and media from these places only. */
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
    // There is no certificate for a loopback address.
    strictTransportSecurity: false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  })
}

/** Content security policy: pages run our script, use our style sheets and send our forms. Nothing is loaded from elsewhere. */
export const securityHeaders: MiddlewareHandler = pageHeaders(self)

/** Policy of story pages: images of articles come from where they are, unless this server fetches them; media do when they are played. */
export function storyHeaders(isProxied: boolean): MiddlewareHandler {
  return pageHeaders(isProxied ? self : [...self, ...anywhere], anywhere)
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i

/**
 * Lets in who asks for this machine by a name of its own. A foreign name that was made to lead here would make a foreign
 * page one of the same origin, which may read all answers.
 */
export const ownHostOnly: MiddlewareHandler = async ({ req }, next) => {
  const host = req.header('host') ?? new URL(req.url).host
  if (!loopback.test(host))
    throw new BadRequest(
      'This reader answers only to localhost, 127.0.0.1 and [::1]. Open it by one of these names.',
      403,
    )
  await next()
}

/** Bytes of a form: all stories of the longest page fit in many times. */
const largestForm = 64 * 1024

/** Ends the reading of a body that is too long, whether it says so or not. */
export const smallBodiesOnly: MiddlewareHandler = bodyLimit({
  maxSize: largestForm,
  onError: () => {
    throw new BadRequest('The form is too large.', 413)
  },
})

/**
 * Reads a form that one of our own pages has sent: the browser says that it is of the same origin, and the form holds the
 * token, which no other page can read. @throws BadRequest
 */
export async function readForm({ req }: Context, token: string): Promise<URLSearchParams> {
  const site = req.header('sec-fetch-site')
  // Pages here send no referrer, and so `null` as the origin of a form: the newer header is the better witness.
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
