import { everything, type ListQuery, listLink, readListQuery } from './list-query.ts'

/** Where a form came from: a list, or one story of its own page. */
export interface WayBack {
  /** Made anew of what was read, so that it cannot lead elsewhere. */
  readonly link: string
  readonly query: ListQuery
  /** The story whose page it is. */
  readonly story?: number | undefined
}

/** Reads where to go after a form. What is no page of ours leads to the list. @throws BadRequest as `readListQuery`. */
export function readWayBack(text: string | null): WayBack {
  const url = text === null || text.length > 30_000 ? null : URL.parse(text, 'http://localhost')
  if (url?.origin !== 'http://localhost') return { link: '/', query: everything }
  const story = /^\/story\/(\d{1,15})$/.exec(url.pathname)?.[1]
  if (story !== undefined) return { link: `/story/${Number(story)}`, query: everything, story: Number(story) }
  if (url.pathname === '/sources') return { link: '/sources', query: everything }
  const query = readListQuery(url.searchParams)
  return { link: listLink(query), query }
}
