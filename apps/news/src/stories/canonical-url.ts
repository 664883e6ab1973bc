const longestAddress = 8_192

/**
 * Canonical form of a page's address: a key to compare, not an address to open. The host without `www.` and without
 * mobile and AMP names, always https, without credentials, fragment (except routes: `#/a`, `#!a`) and tracking
 * parameters, with sorted parameters and without a trailing slash. Addresses that are not http, or too long for a page,
 * are only trimmed. Never throws.
 */
export function canonicalUrl(url: string): string {
  const given = url.trim()
  const parsed = given.length > longestAddress ? null : URL.parse(given)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return given
  const inner = unwrapped(parsed)
  if (inner !== undefined) return canonicalUrl(inner)

  for (const name of [...parsed.searchParams.keys()]) if (isTracking(name)) parsed.searchParams.delete(name)
  if (parsed.searchParams.get('outputType')?.toLowerCase() === 'amp') parsed.searchParams.delete('outputType')
  parsed.searchParams.sort()
  const query = parsed.searchParams.toString()

  const port = parsed.port === '' || parsed.port === '443' ? '' : `:${parsed.port}`
  const route = /^#(?:!|\/)/.test(parsed.hash) ? parsed.hash : ''
  return `https://${plainHost(parsed.hostname)}${port}${plainPath(parsed.pathname)}${query === '' ? '' : `?${query}`}${route}`
}

/** Original page of an AMP cache, read from the path. */
function unwrapped({ hostname, pathname, search }: URL): string | undefined {
  const pattern = hostname.endsWith('.cdn.ampproject.org')
    ? /^\/[cv]\/(?:s\/)?(.+)$/
    : /^(?:www\.)?google\.[a-z.]+$/.test(hostname)
      ? /^\/amp\/(?:s\/)?(.+)$/
      : undefined
  const address = pattern?.exec(pathname)?.[1]
  if (address === undefined || !/^[^/]+\.[^/]+/.test(address)) return undefined
  return URL.canParse(`https://${address}${search}`) ? `https://${address}${search}` : undefined
}

/** A prefix is only removed if a name with a dot remains: `m.me` and `amp.dev` are sites of their own. */
function plainHost(host: string): string {
  const shorter = host
    .replace(/(?<!\.)\.+$/, '')
    .replace(/^(?:www|m|mobile|amp)\.(?=[^.]+\.[^.])/, '')
    // `en.m.wikipedia.org`
    .replace(/^([^.]+)\.m\.(?=[^.]+\.[^.])/, '$1.')
  return shorter === host || !URL.canParse(`https://${shorter}`) ? host : plainHost(shorter)
}

function plainPath(path: string): string {
  const shorter = path
    .replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase())
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\.amp(\.html?)$/i, '$1')
    // Only at the end of what looks like an article: `/people/amp` may be a page of its own.
    .replace(/\/amp$(?<=[-\d.].*)/i, '')
  return shorter === path ? path : plainPath(shorter)
}

/** Parameters that track the reader and do not select a page, in lower case. */
export const trackingParameters: ReadonlySet<string> = new Set([
  '__twitter_impression',
  '_ga',
  '_gl',
  '_hsenc',
  '_hsmi',
  'amp',
  'campaign_id',
  'cmp',
  'cmpid',
  'dclid',
  'emc',
  'fb_action_ids',
  'fb_action_types',
  'fbclid',
  'ftag',
  'gbraid',
  'gclid',
  'gclsrc',
  'guccounter',
  'guce_referrer',
  'guce_referrer_sig',
  'icid',
  'igsh',
  'igshid',
  'ito',
  'jsessionid',
  'mkt_tok',
  'mkwid',
  'msclkid',
  'ncid',
  'ocid',
  'oly_anon_id',
  'oly_enc_id',
  'phpsessid',
  'ref',
  'ref_src',
  'ref_url',
  'referrer',
  'sc_campaign',
  'smid',
  'smtyp',
  'soc_src',
  'soc_trk',
  'spm',
  'srnd',
  'taid',
  'ttclid',
  'twclid',
  'vero_id',
  'wbraid',
  'xtor',
  'yclid',
])

/** Prefixes of tracking parameters, in lower case. */
export const trackingPrefixes: readonly string[] = ['utm_', 'mc_', 'at_', 'hsa_', 'mtm_', 'ns_', 'pk_', 'piwik_']

/** Returns true if a parameter only tracks the reader and does not select a page. */
export function isTracking(parameter: string): boolean {
  const name = parameter.toLowerCase()
  return trackingParameters.has(name) || trackingPrefixes.some((prefix) => name.startsWith(prefix))
}
