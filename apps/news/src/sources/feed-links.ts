import { webUrl } from './clean-article.ts'
import type { FeedContent, FeedLink } from './feed-content.ts'

/** The first link that leads to the web: absolute, or relative to the bases that hold for it. */
export function linkOf(
  links: readonly FeedLink[],
  { base, homepage }: FeedContent,
  address: string,
): string | undefined {
  for (const { href, bases = [], isId = false } of links) {
    const text = href.trim()
    if (isId && !/^https?:\/\//i.test(text)) continue
    const from = [base ?? '', ...bases].reduce((outer, one) => URL.parse(one, outer)?.href ?? outer, address)
    const url = webUrl(withScheme(text, homepage), from)
    if (url !== undefined) return url
  }
  return undefined
}

/** `www.site.example/1` is an address without its scheme, and so is one that begins with the host of the site. */
function withScheme(text: string, homepage: string | undefined): string {
  const host = /^[a-z0-9.-]+(?=[/:?#]|$)/i.exec(text)?.[0].toLowerCase()
  if (host === undefined || !host.includes('.')) return text
  const site = URL.parse(homepage ?? '')?.host
  return host.startsWith('www.') || host === site || `www.${host}` === site ? `https://${text}` : text
}
