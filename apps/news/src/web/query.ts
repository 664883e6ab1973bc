import { cleanText } from '@sluice/report/markup'
import type { StoryFilter, StoryPage } from '../store/news-store.ts'
import type { GivenSource } from './context.ts'
import { foldersOf, longestFolder } from './folders.ts'

/** Query of a list, as encoded in its address. */
export interface ListQuery {
  readonly sources: readonly string[]
  /** Restricts the list to sources of this folder. */
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
/** Maximum length of a search on the page. */
export const longestSearch = 500
const maxStories = 200
const maxSources = 50

/** All stories, newest first. */
export const everything: ListQuery = { sources: [], isStarred: false, limit: usualLimit }

/** Reads the parameters of a list; unknown ones are ignored. @throws BadRequest for invalid values. */
export function readListQuery(parameters: URLSearchParams): ListQuery {
  const sources = [...new Set(parameters.getAll('source').filter((source) => source !== ''))]
  if (sources.length > maxSources) throw new BadRequest(`At most ${maxSources} sources can be chosen.`)
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

/** Canonical query string of a list, without default values. */
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

/** Link to a list, or to a feed of the same stories. */
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

/** Link to a story, with the list that its page continues. */
export function storyLink(id: number, query: ListQuery): string {
  return listLink({ ...query, after: undefined, limit: usualLimit }, `/story/${id}`)
}

/** Filter of the store for a list. A folder stands for its sources; an unknown folder matches no stories. */
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

/** Returns true if the list excludes any stories. */
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

/** A search that is too long is truncated instead of rejected. */
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
    throw new BadRequest('The parameter “after” is invalid.')
  return after
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return usualLimit
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > maxStories)
    throw new BadRequest(`The parameter “limit” must be a number from 1 to ${maxStories}.`)
  return limit
}

/** Page that a form came from: a list, or the page of a story. */
export interface WayBack {
  /** Rebuilt from the parsed parts, so that it cannot lead to another site. */
  readonly link: string
  readonly query: ListQuery
  /** ID of the story if the form was on its page. */
  readonly story?: number | undefined
}

/** Reads where to return after a form; unknown addresses lead to the list. @throws BadRequest as `readListQuery`. */
export function readWayBack(text: string | null): WayBack {
  const url = text === null || text.length > 30_000 ? null : URL.parse(text, 'http://localhost')
  if (url?.origin !== 'http://localhost') return { link: '/', query: everything }
  const story = /^\/story\/(\d{1,15})$/.exec(url.pathname)?.[1]
  if (url.pathname === '/sources') return { link: '/sources', query: everything }
  const query = readListQuery(url.searchParams)
  if (story !== undefined) return { link: storyLink(Number(story), query), query, story: Number(story) }
  return { link: listLink(query), query }
}

/** Invalid request. The message is shown to readers and quotes nothing of the request. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 403 | 409 | 413 | 415

  constructor(message: string, status: 400 | 403 | 409 | 413 | 415 = 400) {
    super(message)
    this.status = status
  }
}
