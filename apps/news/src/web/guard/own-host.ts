import type { MiddlewareHandler } from 'hono'
import { BadRequest } from '../query/bad-request.ts'

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i

/**
 * Lets in who asks for this machine by a name of its own. A foreign name that was made to lead here would make a foreign
 * page one of the same origin, which may read all answers.
 */
export const ownHostOnly: MiddlewareHandler = async ({ req }, next) => {
  const host = req.header('host') ?? new URL(req.url).host
  if (!loopback.test(host))
    throw new BadRequest('This reader answers under localhost, 127.0.0.1 and [::1] only. Open it by one of these.', 403)
  await next()
}
