import { SettingsError, wrongKind } from '../../errors/settings-error.ts'
import { type Policy, withRequest } from './policy.ts'

/** Store for cookies: a `CookieJar` of the package `tough-cookie`, or anything with the same interface. */
export interface CookieStore {
  /** Returns the `cookie` header for a URL; an empty string if there is none. */
  getCookieString(url: string): Promise<string> | string
  /** Stores one `set-cookie` header of a response from this URL. */
  setCookie(cookie: string, url: string, options?: { readonly ignoreError?: boolean }): unknown
}

/** Returns the store that the option selects; undefined for none. @throws SettingsError if it is invalid */
export function resolveCookies(given: boolean | CookieStore | undefined): CookieStore | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return newJar()
  const isStore = typeof given === 'object' && given !== null && typeof given.getCookieString === 'function'
  if (isStore && typeof given.setCookie === 'function') return given
  throw wrongKind('cookies', 'true, or a CookieJar of tough-cookie', given)
}

/** Creates an in-memory jar. The package is loaded with the first request. */
function newJar(): CookieStore {
  let jar: Promise<Jar> | undefined
  const open = (): Promise<Jar> => {
    jar ??= import('tough-cookie').then(
      ({ CookieJar }) => new CookieJar(),
      () => {
        throw new SettingsError('cookies: the package tough-cookie is not installed; npm install tough-cookie')
      },
    )
    return jar
  }
  return {
    getCookieString: async (url) => await (await open()).getCookieString(url),
    setCookie: async (cookie, url, options) => await keepCookie(await open(), cookie, url, options),
  }
}

/** Methods of a `CookieJar` of tough-cookie that are called. */
interface Jar {
  getCookieString(url: string): Promise<string>
  setCookie(cookie: string, url: string, options?: { readonly ignoreError?: boolean }): Promise<JarCookie | undefined>
  readonly store: {
    findCookies(domain: string | null, path: string | null, allowSpecialUseDomain: boolean): Promise<JarCookie[]>
    removeCookie(domain: string | null, path: string | null, key: string): Promise<void>
  }
}

interface JarCookie {
  readonly domain: string | null
  readonly path: string | null
  readonly key: string
  readonly creationIndex: number
}

/** Limits of browsers: cookies of a domain, and characters of a name with its value (RFC 6265bis section 5.6). */
const maxOfDomain = 180
const longestPair = 4_096

/** Stores a cookie. Longer ones than browsers store are ignored; more of a domain than they keep replace the oldest. */
export async function keepCookie(
  jar: Jar,
  line: string,
  url: string,
  options?: { readonly ignoreError?: boolean },
): Promise<void> {
  if (line.split(';', 1)[0]!.length > longestPair) return
  const cookie = await jar.setCookie(line, url, options)
  if (cookie === undefined) return
  const { domain } = cookie
  const all = (await jar.store.findCookies(domain, null, true)).filter((other) => other.domain === domain)
  if (all.length <= maxOfDomain) return
  all.sort((one, other) => one.creationIndex - other.creationIndex)
  // All that are too many: answers that arrive together see the same cookies.
  for (const { path, key } of all.slice(0, -maxOfDomain)) await jar.store.removeCookie(domain, path, key)
}

/**
 * Sends the cookies of each URL and stores those of its response. Runs inside redirects and retries, so that each
 * request gets only the cookies of its own host; they appear in no event or result. A `cookie` header of the request is
 * left unchanged.
 */
export function cookies(store: CookieStore): Policy {
  return {
    name: 'cookies',
    async run(context, next) {
      const { url, headers } = context.request
      const cookie = headers.cookie === undefined ? await store.getCookieString(url) : ''
      const outcome = cookie === '' ? await next() : await withRequest(context, { headers: { cookie } }, next)
      if (outcome.kind !== 'response') return outcome
      for (const line of (outcome.response.headers['set-cookie'] ?? '').split('\n')) {
        // Cookies that a host may not set are ignored.
        if (line !== '') await store.setCookie(line, url, { ignoreError: true })
      }
      return outcome
    },
  }
}
