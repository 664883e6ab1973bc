import type { SourceHealth } from '../../model/source-health.ts'
import type { Story } from '../../model/story.ts'
import { isFiltered, type ListQuery, listLink } from '../query/list-query.ts'
import { namedSources, sourceTitle } from '../source-names.ts'
import { type Markup, markup } from '../text/markup.ts'
import { age, counted } from '../text/moments.ts'
import { shownText } from '../text/shown-text.ts'
import { filterForm } from './filter-form.ts'
import { healthWords, isTroubled } from './health-words.ts'
import { hidden, layout } from './layout.ts'
import type { PageContext } from './page-context.ts'
import { storyItem } from './story-item.ts'

interface ListPageParts {
  readonly context: PageContext
  readonly query: ListQuery
  readonly stories: readonly Story[]
  /** Whether older ones follow. */
  readonly hasMore: boolean
  readonly count: { readonly stories: number; readonly unread: number }
  readonly health: readonly SourceHealth[]
}

/** Stories by time, with what can be done to them. */
export function listPage({ context, query, stories, hasMore, count, health }: ListPageParts): Markup {
  const here = listLink(query)
  const heading = headingOf(query)
  const troubled = health.filter(isTroubled)
  return layout({
    context,
    heading,
    windowTitle: count.unread === 0 ? heading : `(${count.unread.toLocaleString('en')}) ${heading}`,
    here,
    query,
    content: [
      troubled.length === 0 ? undefined : troubles(context, troubled),
      filterForm(query, namedSources(context.sources, health), stories),
      counts(count),
      stories.length === 0
        ? nothing(query)
        : markup`<ol class="stories">
${stories.map((story) => markup`<li>${storyItem(context, story, here, false)}</li>\n`)}</ol>
${pageActions(context, query, stories, here)}`,
      paging(query, stories, hasMore),
    ],
  })
}

/** How many stories of the list there are, and how many of them are unread. */
export function counts({ stories, unread }: ListPageParts['count']): Markup {
  return markup`<p class="counts" id="counts">${counted(stories, 'story', 'stories')}, ${unread.toLocaleString('en')} unread</p>\n`
}

function headingOf({ state, isStarred, search }: ListQuery): string {
  const what = [
    state === undefined ? undefined : state === 'unread' ? 'Unread' : 'Read',
    isStarred ? 'starred' : undefined,
  ]
    .filter((word) => word !== undefined)
    .join(' ')
  const stories = what === '' ? 'Stories' : `${what[0]?.toUpperCase()}${what.slice(1)} stories`
  return search === undefined ? stories : `${stories} with “${shownText(search, 60)}”`
}

function troubles({ sources, now }: PageContext, troubled: readonly SourceHealth[]): Markup {
  return markup`<ul class="troubles" aria-label="Sources in trouble">
${troubled.map((health) => {
  const { sign, words, tone } = healthWords(health)
  const message = health.message === undefined ? '' : shownText(health.message, 160)
  return markup`<li class="${tone}"><span class="sign" aria-hidden="true">${sign}</span> <strong>${sourceTitle(sources, health.source)}</strong>: ${words}${message === '' ? '' : ` – ${message}`}${health.nextAt === undefined ? '' : markup`; next try ${age(health.nextAt, now)}`}. <a href="/sources">Details<span class="unseen"> of ${sourceTitle(sources, health.source)}</span></a></li>\n`
})}</ul>
`
}

function nothing(query: ListQuery): Markup {
  if (query.after !== undefined) return markup`<p class="empty">There are no older stories.</p>\n`
  if (isFiltered(query)) return markup`<p class="empty">No story is like that. <a href="/">Show everything</a></p>\n`
  return markup`<p class="empty">There are no stories yet: they come with the first refresh. <a href="/sources">See the sources</a></p>\n`
}

/** Marks what is on this page, or all of the list that was there when it was shown. */
function pageActions({ token }: PageContext, query: ListQuery, stories: readonly Story[], back: string): Markup {
  const all = query.after === undefined ? 'Mark all of the list read' : 'Mark these and all older read'
  return markup`<div class="row actions">
<form method="post" action="/stories/mark" id="mark-page" data-marks>${hidden({ token, back, read: '1' })}${stories.map(({ id }) => markup`<input type="hidden" name="id" value="${id}">`)}<button data-done="This page is marked as read">Mark this page read</button></form>
<form method="post" action="/stories/mark-all-read">${hidden({ token, back, upto: String(stories[0]?.publishedAt ?? 0) })}<button class="quiet">${all}</button></form>
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
