import { cleanText, type Markup, markup, trusted } from '@sluice/report/markup'
import type { SourceHealth, Story } from '../../model/news.ts'
import { type NamedSource, namedSources, type PageContext, sourceTitle } from '../context.ts'
import {
  everything,
  filterOf,
  isFiltered,
  type ListQuery,
  listHeading,
  listLink,
  longestSearch,
  usualLimit,
} from '../query.ts'
import { age, counted } from '../text.ts'
import { hidden, layout } from './layout.ts'
import { healthWords, isTroubled } from './sources-page.ts'
import { storyItem } from './story-page.ts'

interface ListPageParts {
  readonly context: PageContext
  readonly query: ListQuery
  readonly stories: readonly Story[]
  /** True if there are older stories. */
  readonly hasMore: boolean
  readonly count: { readonly stories: number; readonly unread: number }
  readonly folders: readonly CountedFolder[]
}

/** A folder with its number of unread stories. */
interface CountedFolder {
  readonly name: string
  readonly unread: number
}

/** Page of a list of stories, with a filter and actions. */
export function listPage({ context, query, stories, hasMore, count, folders }: ListPageParts): Markup {
  const here = listLink(query)
  const heading = listHeading(query)
  const troubled = context.health.filter(isTroubled)
  return layout({
    context,
    heading,
    windowTitle: count.unread === 0 ? heading : `(${count.unread.toLocaleString('en')}) ${heading}`,
    here,
    query,
    content: [
      troubled.length === 0 ? undefined : troubles(context, troubled),
      filterForm(query, namedSources(context), stories),
      folderLinks(query, folders),
      undoForm(context, here),
      counts(count),
      stories.length === 0
        ? nothing(query)
        : markup`<ol class="stories">
${stories.map((story) => markup`<li>${storyItem(context, story, { link: here, query })}</li>\n`)}</ol>
${pageActions(context, query, stories, here)}`,
      paging(query, stories, hasMore),
    ],
  })
}

/** Number of stories in the list, and of unread ones. */
export function counts({ stories, unread }: ListPageParts['count']): Markup {
  return markup`<p class="counts" id="counts">${counted(stories, 'story', 'stories')}, ${unread.toLocaleString('en')} unread</p>\n`
}

/** Links to the folders of the sources, which keep the read state of the list. */
function folderLinks({ state, folder }: ListQuery, folders: readonly CountedFolder[]): Markup | undefined {
  if (folders.length === 0) return undefined
  return markup`<nav class="folders" aria-label="Folders"><ul>
${folders.map(({ name, unread }) => markup`<li><a href="${listLink({ ...everything, state, folder: name })}"${name === folder ? trusted(' aria-current="page"') : undefined}>${name}${unread === 0 ? undefined : markup` <span class="count">${unread.toLocaleString('en')}<span class="unseen"> unread</span></span>`}</a></li>\n`)}</ul></nav>
`
}

function troubles({ sources, now }: PageContext, troubled: readonly SourceHealth[]): Markup {
  const names = troubled.slice(0, 3).map(({ source }) => sourceTitle(sources, source))
  const more = troubled.length > 3 ? ' and others' : ''
  return markup`<details class="trouble"><summary><span class="sign" aria-hidden="true">✗</span> ${counted(troubled.length, 'source')} with problems: ${names.join(', ')}${more}</summary>
<ul class="troubles" aria-label="Sources with problems">
${troubled.map((health) => {
  const { sign, words, tone } = healthWords(health)
  const message = health.message === undefined ? '' : cleanText(health.message, 160)
  return markup`<li class="${tone}"><span class="sign" aria-hidden="true">${sign}</span> <strong>${sourceTitle(sources, health.source)}</strong>: ${words}${message === '' ? '' : ` – ${message}`}${health.nextAt === undefined ? '' : markup`; next try ${age(health.nextAt, now)}`}. <a href="/sources">Details<span class="unseen"> of ${sourceTitle(sources, health.source)}</span></a></li>\n`
})}</ul>
</details>
`
}

/** Form that undoes the last bulk of stories marked as read. */
function undoForm({ token, undo }: PageContext, back: string): Markup | undefined {
  if (undo === undefined) return undefined
  return markup`<form method="post" action="/stories/undo" class="note" role="status">${hidden({ token, back, name: undo.name })}${counted(undo.ids.length, 'story', 'stories')} marked as read. <button class="quiet">Undo</button></form>
`
}

function nothing(query: ListQuery): Markup {
  if (query.after !== undefined) return markup`<p class="empty">There are no older stories.</p>\n`
  if (isFiltered(query)) return markup`<p class="empty">No stories match. <a href="/">Show everything</a></p>\n`
  return markup`<p class="empty">There are no stories yet. They appear after the first refresh. <a href="/sources">See the sources</a></p>\n`
}

/** Forms that mark this page, or the whole list as it was when the page was rendered. */
function pageActions({ token, now }: PageContext, query: ListQuery, stories: readonly Story[], back: string): Markup {
  const all = query.after === undefined ? 'Mark the whole list as read' : 'Mark these and all older as read'
  return markup`<div class="row actions">
<form method="post" action="/stories/mark" id="mark-page" data-marks>${hidden({ token, back, read: '1' })}${stories.map(({ id }) => markup`<input type="hidden" name="id" value="${id}">`)}<button data-done="This page is marked as read">Mark this page as read</button></form>
<form method="post" action="/stories/mark-all-read">${hidden({ token, back, upto: String(stories[0]?.publishedAt ?? 0), seen: String(now) })}<button class="quiet">${all}</button></form>
</div>
`
}

function paging(query: ListQuery, stories: readonly Story[], hasMore: boolean): Markup | undefined {
  const last = stories.at(-1)
  const older = hasMore && last !== undefined ? { publishedAt: last.publishedAt, id: last.id } : undefined
  if (older === undefined && query.after === undefined) return undefined
  return markup`<nav class="row paging" aria-label="Pages">
${query.after === undefined ? undefined : markup`<a href="${listLink({ ...query, after: undefined })}">Newest stories</a>`}
${older === undefined ? undefined : markup`<a href="${listLink({ ...query, after: older })}" rel="next">Older stories</a>`}
</nav>
`
}

const states = [
  ['', 'all stories'],
  ['unread', 'unread only'],
  ['read', 'read only'],
] as const

/** Filter of the list, as a GET form, so that results can be bookmarked. */
function filterForm(query: ListQuery, sources: readonly NamedSource[], stories: readonly Story[]): Markup {
  const articles = stories.flatMap((story) => story.articles)
  const { search: _, ...beyondSearch } = filterOf({ ...query, folder: undefined }, undefined)
  const chosen = Object.keys(beyondSearch).length
  return markup`<form method="get" action="/" class="filter" role="search" aria-label="Stories">
<div class="search"><label for="q" class="unseen">Search in titles and summaries</label><input type="search" id="q" name="q" value="${query.search ?? ''}" maxlength="${longestSearch}" placeholder="Search in titles and summaries" aria-describedby="q-help" autocomplete="off"><button>Search</button></div>
<p id="q-help" class="hint">All words, "a phrase", -without, this OR that</p>
<details${chosen > 0 ? trusted(' open') : undefined}><summary>Filter${chosen > 0 ? ` (${chosen} in use)` : ''}</summary>
<div class="fields">
<p><label for="state">Show</label><select id="state" name="state">${states.map(([value, words]) => markup`<option value="${value}"${(query.state ?? '') === value ? trusted(' selected') : undefined}>${words}</option>`)}</select></p>
<p><label for="section">Section</label>${suggested('section', query.section, 100, seen(articles.map(({ section }) => section)))}</p>
<p><label for="language">Language</label>${suggested('language', query.language, 35, seen(articles.map(({ language }) => language)))}</p>
<p><label class="tick"><input type="checkbox" name="starred" value="1"${query.isStarred ? trusted(' checked') : undefined}> Starred only</label></p>
</div>
${query.folder === undefined ? undefined : markup`<input type="hidden" name="folder" value="${query.folder}">`}${sourceBoxes(query, sources)}${query.limit === usualLimit ? undefined : markup`<input type="hidden" name="limit" value="${query.limit}">`}
<p class="row"><button>Apply</button> <a href="/">Show everything</a></p>
</details>
</form>
`
}

function suggested(name: string, value: string | undefined, longest: number, offers: readonly string[]): Markup {
  return markup`<input id="${name}" name="${name}" value="${value ?? ''}" maxlength="${longest}" list="${name}-offers" autocomplete="off"><datalist id="${name}-offers">${offers.map((offer) => markup`<option value="${offer}"></option>`)}</datalist>`
}

function sourceBoxes({ sources: chosen }: ListQuery, sources: readonly NamedSource[]): Markup | undefined {
  // A source selected in the address stays selected, even if it is unknown.
  const unknown = chosen.filter((key) => !sources.some((source) => source.key === key))
  const all = [...sources, ...unknown.map((key) => ({ key, title: cleanText(key, 60) }))].filter(({ key }) =>
    isPlain(key, 500),
  )
  if (all.length === 0) return undefined
  return markup`<fieldset><legend>Sources</legend>${all.map(({ key, title }) => markup`<label class="tick"><input type="checkbox" name="source" value="${key}"${chosen.includes(key) ? trusted(' checked') : undefined}> ${title}</label>`)}</fieldset>`
}

/** Values of the articles on the page that a form can send back unchanged. */
function seen(values: readonly (string | undefined)[]): string[] {
  const offers = values.filter((value) => value !== undefined && value !== '' && isPlain(value, 100))
  return [...new Set(offers as string[])].sort().slice(0, 50)
}

/** Returns true if a form sends the value back unchanged. */
function isPlain(value: string, longest: number): boolean {
  return cleanText(value, longest) === value
}
