import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import { type Policy, withRequest } from './policy.ts'

/** Where cookies are kept: a `CookieJar` of the package `tough-cookie`, or anything alike. */
export interface CookieStore {
  /** The `cookie` header for a URL; empty for none. */
  getCookieString(url: string): Promise<string> | string
  /** Keeps one `set-cookie` of an answer from this URL. */
  setCookie(cookie: string, url: string, options?: { readonly ignoreError?: boolean }): unknown
}

/** The store that the option means; undefined for none. @throws SettingsError if it is none */
export function resolveCookies(given: boolean | CookieStore | undefined): CookieStore | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return newJar()
  const isStore = typeof given === 'object' && given !== null && typeof given.getCookieString === 'function'
  if (isStore && typeof given.setCookie === 'function') return given
  throw unexpected('cookies', 'true, or a CookieJar of tough-cookie', given)
}

/** A jar in memory. The package is loaded with the first request. */
function newJar(): CookieStore {
  let jar: Promise<CookieStore> | undefined
  const open = (): Promise<CookieStore> => {
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
    setCookie: async (cookie, url, options) => await (await open()).setCookie(cookie, url, options),
  }
}

/**
 * Sends the cookies of each URL, and keeps those of its answer. It stands inside redirects and retries, so that each request
 * gets those of its own host only; no event and no result has them. A `cookie` header of the request itself is left alone.
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
        // A cookie that a host may not set is not kept.
        if (line !== '') await store.setCookie(line, url, { ignoreError: true })
      }
      return outcome
    },
  }
}
