import type { Story } from '../../model/story.ts'
import { filterOf, type ListQuery, usualLimit } from '../query/list-query.ts'
import type { NamedSource } from '../source-names.ts'
import { type Markup, markup, trusted } from '../text/markup.ts'
import { shownText } from '../text/shown-text.ts'

const states = [
  ['', 'all stories'],
  ['unread', 'unread only'],
  ['read', 'read only'],
] as const

/** What can be left out of the list, as a form whose answer can be bookmarked. */
export function filterForm(query: ListQuery, sources: readonly NamedSource[], stories: readonly Story[]): Markup {
  const articles = stories.flatMap((story) => story.articles)
  const { search: _, ...beyondSearch } = filterOf(query)
  const chosen = Object.keys(beyondSearch).length
  return markup`<form method="get" action="/" class="filter" role="search" aria-label="Stories">
<div class="search"><label for="q" class="unseen">Search in titles and summaries</label><input type="search" id="q" name="q" value="${query.search ?? ''}" maxlength="200" placeholder="Search in titles and summaries" autocomplete="off"><button>Search</button></div>
<details${chosen > 0 ? trusted(' open') : undefined}><summary>Filter${chosen > 0 ? ` (${chosen} in use)` : ''}</summary>
<div class="fields">
<p><label for="state">Show</label><select id="state" name="state">${states.map(([value, words]) => markup`<option value="${value}"${(query.state ?? '') === value ? trusted(' selected') : undefined}>${words}</option>`)}</select></p>
<p><label for="section">Section</label>${suggested('section', query.section, 100, seen(articles.map(({ section }) => section)))}</p>
<p><label for="language">Language</label>${suggested('language', query.language, 35, seen(articles.map(({ language }) => language)))}</p>
<p><label class="tick"><input type="checkbox" name="starred" value="1"${query.isStarred ? trusted(' checked') : undefined}> Starred only</label></p>
</div>
${sourceBoxes(query, sources)}${query.limit === usualLimit ? undefined : markup`<input type="hidden" name="limit" value="${query.limit}">`}
<p class="row"><button>Apply</button> <a href="/">Show everything</a></p>
</details>
</form>
`
}

function suggested(name: string, value: string | undefined, longest: number, offers: readonly string[]): Markup {
  return markup`<input id="${name}" name="${name}" value="${value ?? ''}" maxlength="${longest}" list="${name}-offers" autocomplete="off"><datalist id="${name}-offers">${offers.map((offer) => markup`<option value="${offer}"></option>`)}</datalist>`
}

function sourceBoxes({ sources: chosen }: ListQuery, sources: readonly NamedSource[]): Markup | undefined {
  // What an address names stays chosen even if nothing else knows of it.
  const unknown = chosen.filter((key) => !sources.some((source) => source.key === key))
  const all = [...sources, ...unknown.map((key) => ({ key, title: shownText(key, 60) }))].filter(({ key }) =>
    isPlain(key, 500),
  )
  if (all.length === 0) return undefined
  return markup`<fieldset><legend>Sources</legend>${all.map(({ key, title }) => markup`<label class="tick"><input type="checkbox" name="source" value="${key}"${chosen.includes(key) ? trusted(' checked') : undefined}> ${title}</label>`)}</fieldset>`
}

/** What articles of the page have, as far as it can be sent back as it is. */
function seen(values: readonly (string | undefined)[]): string[] {
  const offers = values.filter((value) => value !== undefined && value !== '' && isPlain(value, 100))
  return [...new Set(offers as string[])].sort().slice(0, 50)
}

/** Whether a page may hold it, and sends it back unchanged. */
function isPlain(value: string, longest: number): boolean {
  return shownText(value, longest) === value
}
