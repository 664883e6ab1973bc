import { cleanText } from '@sluice/report/markup'
import type { StoryFilter, StoryPage } from '../store/news-store.ts'
import type { GivenSource } from './context.ts'
import { foldersOf, longestFolder } from './folders.ts'

/** Content of a list, as its address describes it. */
export interface ListQuery {
  readonly sources: readonly string[]
  /** Sources of this folder only. */
  readonly folder?: string | undefined
  readonly section?: string | undefined
  readonly language?: string | undefined
  readonly search?: string | undefined
  readonly state?: 'unread' | 'read' | undefined
  readonly isStarred: boolean
  readonly after?: StoryPage['after']
  readonly limit: number
}

export const usualLimit = 50
/** Characters of a search on the page. */
export const longestSearch = 500
const mostStories = 200
const mostSources = 50

/** Everything there is, from the newest. */
export const everything: ListQuery = { sources: [], isStarred: false, limit: usualLimit }

/** Reads the parameters of an address. What is not known is passed over. @throws BadRequest if one is not as it should be. */
export function readListQuery(parameters: URLSearchParams): ListQuery {
  const sources = [...new Set(parameters.getAll('source').filter((source) => source !== ''))]
  if (sources.length > mostSources) throw new BadRequest(`At most ${mostSources} sources can be chosen.`)
  for (const source of sources) if (source.length > 500) throw new BadRequest('The name of a source is too long.')
  const state = textOf(parameters, 'state', 10)
  if (state !== undefined && state !== 'unread' && state !== 'read')
    throw new BadRequest('The parameter “state” must be unread or read.')
  const starred = textOf(parameters, 'starred', 10)
  if (starred !== undefined && starred !== '1') throw new BadRequest('The parameter “starred” must be 1 or left out.')
  return {
    sources,
    folder: textOf(parameters, 'folder', longestFolder),
    section: textOf(parameters, 'section', 100),
    language: textOf(parameters, 'language', 35)?.toLowerCase(),
    search: searchOf(parameters),
    state,
    isStarred: starred === '1',
    after: readAfter(textOf(parameters, 'after', 40)),
    limit: readLimit(textOf(parameters, 'limit', 10)),
  }
}

/** The parameters of an address: the same list has the same ones, and what is usual is left out. */
function listParameters(query: ListQuery): string {
  const parameters = new URLSearchParams()
  for (const source of query.sources) parameters.append('source', source)
  if (query.folder !== undefined) parameters.set('folder', query.folder)
  if (query.section !== undefined) parameters.set('section', query.section)
  if (query.language !== undefined) parameters.set('language', query.language)
  if (query.state !== undefined) parameters.set('state', query.state)
  if (query.isStarred) parameters.set('starred', '1')
  if (query.search !== undefined) parameters.set('q', query.search)
  if (query.limit !== usualLimit) parameters.set('limit', String(query.limit))
  if (query.after !== undefined) parameters.set('after', `${query.after.publishedAt}_${query.after.id}`)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** The link to a list, or to a feed of the same stories. */
export function listLink(query: ListQuery, path = '/'): string {
  return `${path}${listParameters(query)}`
}

/** Name of a list in a heading. */
export function listHeading({ state, isStarred, search, folder }: ListQuery): string {
  const what = [
    state === undefined ? undefined : state === 'unread' ? 'Unread' : 'Read',
    isStarred ? 'starred' : undefined,
  ]
    .filter((word) => word !== undefined)
    .join(' ')
  const stories = what === '' ? 'Stories' : `${what[0]?.toUpperCase()}${what.slice(1)} stories`
  const where = folder === undefined ? stories : `${stories} in ${folder}`
  return search === undefined ? where : `${where} with “${cleanText(search, 60)}”`
}

/** The link to a story of a list, whose page leads on in that list. */
export function storyLink(id: number, query: ListQuery): string {
  return listLink({ ...query, after: undefined, limit: usualLimit }, `/story/${id}`)
}

/** The same for the store. A folder is that of the given sources; one that is not there has no stories. */
export function filterOf(query: ListQuery, given: readonly GivenSource[] | undefined): StoryFilter {
  const folder = query.folder === undefined ? undefined : foldersOf(given).find(({ name }) => name === query.folder)
  const inFolder = query.folder === undefined ? undefined : (folder?.sources ?? [])
  const chosen = query.sources.length > 0 ? query.sources : undefined
  const sources = inFolder?.filter((key) => chosen?.includes(key) ?? true) ?? chosen
  return {
    ...(sources !== undefined && { sources }),
    ...(query.section !== undefined && { section: query.section }),
    ...(query.language !== undefined && { language: query.language }),
    ...(query.search !== undefined && { search: query.search }),
    ...(query.state !== undefined && { isRead: query.state === 'read' }),
    ...(query.isStarred && { isStarred: true }),
  }
}

/** True if the list leaves anything out. */
export function isFiltered(query: ListQuery): boolean {
  return Object.keys(filterOf(query, undefined)).length > 0
}

function textOf(parameters: URLSearchParams, name: string, longest: number): string | undefined {
  const values = parameters.getAll(name)
  if (values.length > 1) throw new BadRequest(`The parameter “${name}” can be given only once.`)
  if (values[0] !== undefined && values[0].length > longest)
    throw new BadRequest(`The parameter “${name}” has at most ${longest} characters.`)
  return cleanText(values[0] ?? '', longest) || undefined
}

/** A search that is too long is its beginning: whatever is looked for gets an answer. */
function searchOf(parameters: URLSearchParams): string | undefined {
  const [search = '', ...others] = parameters.getAll('q')
  if (others.length > 0) throw new BadRequest('The parameter “q” can be given only once.')
  return cleanText(search.slice(0, longestSearch), longestSearch) || undefined
}

function readAfter(text: string | undefined): StoryPage['after'] {
  if (text === undefined) return undefined
  const [, publishedAt, id] = /^(-?\d{1,16})_(\d{1,16})$/.exec(text) ?? []
  const after = { publishedAt: Number(publishedAt), id: Number(id) }
  if (!Number.isSafeInteger(after.publishedAt) || !Number.isSafeInteger(after.id))
    throw new BadRequest('The parameter “after” was not made by this reader.')
  return after
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return usualLimit
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > mostStories)
    throw new BadRequest(`The parameter “limit” must be a number from 1 to ${mostStories}.`)
  return limit
}

/** Where a form came from: a list, or one story of its own page. */
export interface WayBack {
  /** Made anew of what was read, so that it cannot lead elsewhere. */
  readonly link: string
  readonly query: ListQuery
  /** The story whose page it is. */
  readonly story?: number | undefined
}

/** Reads where to go after a form. An address that is none of these pages leads to the list. @throws BadRequest as `readListQuery`. */
export function readWayBack(text: string | null): WayBack {
  const url = text === null || text.length > 30_000 ? null : URL.parse(text, 'http://localhost')
  if (url?.origin !== 'http://localhost') return { link: '/', query: everything }
  const story = /^\/story\/(\d{1,15})$/.exec(url.pathname)?.[1]
  if (url.pathname === '/sources') return { link: '/sources', query: everything }
  const query = readListQuery(url.searchParams)
  if (story !== undefined) return { link: storyLink(Number(story), query), query, story: Number(story) }
  return { link: listLink(query), query }
}

/** Invalid request. The message is for readers, and quotes nothing of the request. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 403 | 413 | 415

  constructor(message: string, status: 400 | 403 | 413 | 415 = 400) {
    super(message)
    this.status = status
  }
}
