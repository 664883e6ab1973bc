import { generateOpml } from 'feedsmith'
import { everything, listLink } from '../query/list-query.ts'
import type { NamedSource } from '../source-names.ts'
import { webAddress } from '../text/web-address.ts'

/** The sources for another reader. What has no feed of its own is followed by the one that is made of it here. */
export function opml(title: string, sources: readonly NamedSource[], origin: string): string {
  return generateOpml({
    head: { title },
    body: {
      outlines: sources.map(({ key, title: text, homepage }) => ({
        type: 'rss',
        text,
        title: text,
        xmlUrl: webAddress(key) ?? `${origin}${listLink({ ...everything, sources: [key] }, '/feed.xml')}`,
        ...(homepage !== undefined && { htmlUrl: homepage }),
      })),
    },
  })
}
