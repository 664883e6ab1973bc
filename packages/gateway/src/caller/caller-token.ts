import { createHash, timingSafeEqual } from 'node:crypto'
import type { Problem } from '../messages/problem.ts'
import type { Fields } from '../messages/request-headers.ts'

/** Field in which a caller sent its token: `authorization` must not reach the upstream then. */
export type TokenPlace = 'authorization' | 'proxy-authorization'

/** Returns a function that checks if a request carries the gateway's secret, with a constant-time comparison. */
export function tokenCheck(secret: string): (fields: Fields) => TokenPlace | Problem {
  const wanted = digest(secret)
  const isRight = (value: string | undefined): boolean => {
    const shown = value === undefined ? undefined : shownSecret(value)
    return shown !== undefined && timingSafeEqual(digest(shown), wanted)
  }
  return (fields) => {
    if (isRight(fields['proxy-authorization'])) return 'proxy-authorization'
    if (isRight(fields.authorization)) return 'authorization'
    return {
      status: 401,
      code: 'GATEWAY_TOKEN',
      detail: 'This gateway needs its client token, as Authorization: Bearer or Proxy-Authorization: Bearer.',
      headers: { 'www-authenticate': 'Bearer realm="sluice"' },
    }
  }
}

/** Token of `Bearer`, or password of `Basic`. */
function shownSecret(value: string): string | undefined {
  const [, scheme = '', rest = ''] = /^(\S+) +(\S+)$/.exec(value.trim()) ?? []
  if (/^bearer$/i.test(scheme)) return rest
  if (!/^basic$/i.test(scheme)) return undefined
  const pair = Buffer.from(rest, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
