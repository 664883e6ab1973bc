import { webUrl } from './clean-article.ts'
import type { FeedContent, FeedLink } from './feed-content.ts'

/** First link to the web: absolute, or relative to its base URLs. */
export function linkOf(links: readonly FeedLink[], content: FeedContent, address: string): string | undefined {
  for (const { href, bases = [], isId = false } of links) {
    const text = href.trim()
    if (isId && !/^https?:\/\//i.test(text)) continue
    const url = webUrl(withScheme(text, content.homepage), baseOf(bases, content, address))
    if (url !== undefined) return url
  }
  return undefined
}

/** Base URL of relative links, resolved from the given bases, outermost first. */
export function baseOf(bases: readonly string[], { base = '' }: FeedContent, address: string): string {
  return [base, ...bases].reduce((outer, one) => URL.parse(one, outer)?.href ?? outer, address)
}

/** Adds the scheme to addresses such as `www.site.example/1`, or those that start with the host of the site. */
function withScheme(text: string, homepage: string | undefined): string {
  const host = /^[a-z0-9.-]+(?=[/:?#]|$)/i.exec(text)?.[0].toLowerCase()
  if (host === undefined || !host.includes('.')) return text
  const site = URL.parse(homepage ?? '')?.host
  return host.startsWith('www.') || host === site || `www.${host}` === site ? `https://${text}` : text
}
