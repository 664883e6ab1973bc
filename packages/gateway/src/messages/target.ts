import type { Problem } from './problem.ts'

/** Upstream, as looked up by requests. */
export interface Place {
  /** Empty for a single upstream. */
  readonly name: string
  /** Origin and path of its URL, without a trailing slash. */
  readonly base: string
}

/** Request target, with the upstream it is for. */
export interface Target<P extends Place> {
  readonly place: P
  /** URL to call; path and query exactly as the caller wrote them. */
  readonly url: string
}

/** Finds the upstream for a request target in origin form, which is a path and query. */
export function targetOf<P extends Place>(path: string, places: ReadonlyMap<string, P>): Target<P> | Problem {
  if (!path.startsWith('/')) return notOriginForm(path)
  if (path.includes('#') || /[^\x21-\x7e\x80-\xff]/.test(path))
    return {
      status: 400,
      code: 'GATEWAY_BAD_TARGET',
      detail: 'The request target contains a character that URLs do not allow.',
    }
  const only = places.get('')
  const slash = /[/?]/.exec(path.slice(1))
  const end = slash === null ? path.length : slash.index + 1
  const place = only ?? places.get(path.slice(1, end))
  if (place === undefined) {
    const known = [...places.keys()].map((name) => `/${name}/`).join(', ')
    return { status: 404, code: 'GATEWAY_NO_UPSTREAM', detail: `No upstream has this path. There are: ${known}` }
  }
  const rest = only === undefined ? path.slice(end) : path
  if (place.base.indexOf('/', 8) !== -1 && escapesBase(rest))
    return { status: 400, code: 'GATEWAY_BAD_TARGET', detail: 'The path leaves the base path of the upstream.' }
  return { place, url: place.base + (rest.startsWith('/') ? rest : `/${rest}`) }
}

/** RFC 9112 section 3.2: the gateway is not a forward proxy. */
function notOriginForm(path: string): Problem {
  const form = path === '*' ? 'the asterisk form' : 'the absolute form'
  const detail = `A request target in ${form} is not accepted: this gateway calls its own upstreams only. Send the path alone.`
  return { status: 400, code: 'GATEWAY_BAD_TARGET', detail }
}

/** True if a server that resolves dot segments, in any encoding, would leave the folder that the path starts in. */
function escapesBase(rest: string): boolean {
  const [path = ''] = rest.split('?', 1)
  if (!/\.|%2e/i.test(path)) return false
  let depth = 0
  for (const written of path.split(/[/\\]|%2f|%5c/i).slice(1)) {
    const segment = written.replaceAll(/%2e/gi, '.')
    if (segment === '..' || segment.startsWith('..;')) depth--
    else if (segment !== '.' && segment !== '') depth++
    if (depth < 0) return true
  }
  return false
}
