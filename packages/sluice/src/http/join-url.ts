/** Matches an absolute URL: a text with a scheme. Leading blanks are ignored, as in any URL. */
const absolute = /^[\0-\x20]*[a-z][a-z0-9+.-]*:/i

/**
 * Returns an absolute URL unchanged, and appends any other to a base URL: `/tickets/1` or `tickets/1` with a base of
 * `https://a.test/api/v2`, with or without a trailing slash, becomes `https://a.test/api/v2/tickets/1`. Text that
 * starts with `?` is appended to the base. The result is always on the host of the base: `//host` throws.
 *
 * @throws TypeError for an invalid URL, and for `//host/path`, which has no scheme
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

/** Decodes percent-encoding; malformed text is returned unchanged. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
