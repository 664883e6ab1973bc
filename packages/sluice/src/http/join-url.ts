/** True if a text is a URL of its own: it has a scheme. Blanks in front are none of it, as for any URL. */
const absolute = /^[\0-\x20]*[a-z][a-z0-9+.-]*:/i

/**
 * A URL as one of its own, or joined to the end of a base URL: `/tickets/1`, `tickets/1` and a base of `https://a.test/api/v2`,
 * with or without a slash at its end, make `https://a.test/api/v2/tickets/1`. Text that begins with `?` is added to the base
 * as it is. The host of the base is never left: `//host` is no address of another one.
 *
 * @throws TypeError if that is no URL, or `//host/path`, which has no scheme
 */
export function joinUrl(text: string | URL, baseUrl?: string | URL): URL {
  const path = String(text)
  if (baseUrl === undefined || absolute.test(path)) return new URL(path)
  const relative = path.replace(/^[\0-\x20]+/, '')
  if (/^[\\/]{2}/.test(relative)) throw new TypeError('Invalid URL')
  const base = new URL(baseUrl)
  base.search = ''
  base.hash = ''
  if (relative === '' || relative.startsWith('?') || relative.startsWith('#')) return new URL(base.href + relative)
  return new URL(base.href.replace(/\/$/, '') + (/^[\\/]/.test(relative) ? relative : `/${relative}`))
}

/** The text without percent-encoding; as it is if that is malformed. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
