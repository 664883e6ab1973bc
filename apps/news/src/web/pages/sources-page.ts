import { cleanText, type Markup, markup, type Part, trusted } from '@sluice/report/markup'
import type { SourceHealth } from '../../model/news.ts'
import type { FoundFeed } from '../../refresh/find-feeds.ts'
import { type NamedSource, namedSources, type PageContext, sourceName } from '../context.ts'
import { foldersOf, longestFolder } from '../folders.ts'
import { sourceIcon } from '../icons.ts'
import { everything, listLink } from '../query.ts'
import { age, counted, webAddress } from '../text.ts'
import { hidden, layout } from './layout.ts'
import { outsideLink } from './story-page.ts'

const columns = ['Source', 'State', 'Last try', 'Last success', 'Next try', 'Last result'] as const

/** Rejected form that adds a feed. */
interface Rejected {
  readonly typed: string
  readonly folder: string
  readonly problem: string
}

/** Page with the health of all sources. Roles are explicit, because narrow screens do not show rows as a table. */
export function sourcesPage(context: PageContext, rejected?: Rejected): Markup {
  const { health } = context
  const sources = namedSources(context)
  const table = markup`<table role="table" aria-label="Sources">
<thead role="rowgroup"><tr role="row">${columns.map((name) => markup`<th scope="col" role="columnheader">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">
${sources.map((source) =>
  row(
    context,
    source,
    health.find((one) => one.source === source.key),
  ),
)}</tbody>
</table>
`
  const content = sources.length === 0 ? markup`<p class="empty">There are no sources yet.</p>\n` : table
  return layout({
    context,
    heading: 'Sources',
    here: '/sources',
    content: [context.hasEditor ? addForm(context, rejected) : undefined, content, offList(context)],
  })
}

/** Form that adds the feeds of an address. */
function addForm(context: PageContext, { typed, folder, problem }: Partial<Rejected> = {}): Markup {
  const wrong = markup`<p class="note bad" role="alert"><span class="sign" aria-hidden="true">✗</span> ${problem}</p>\n`
  const folders = foldersOf(context.sources)
  return markup`${problem === undefined ? undefined : wrong}<form method="post" action="/sources/find" class="add" aria-label="Add a feed">
${hidden({ token: context.token })}<p><label for="address">Address of a site or a feed</label><input id="address" name="address" value="${typed ?? ''}" maxlength="2000" required inputmode="url" autocomplete="off" spellcheck="false"></p>
<p><label for="folder">Folder</label><input id="folder" name="folder" value="${folder ?? ''}" maxlength="${longestFolder}" list="folders" autocomplete="off"><datalist id="folders">${folders.map(({ name }) => markup`<option value="${name}"></option>`)}</datalist></p>
<button>Add</button>
</form>
`
}

/** Sources that cannot be used, with what you can do about it. */
function offList({ off, hasEditor }: PageContext): Markup | undefined {
  if (off.length === 0) return undefined
  return markup`<ul class="off" aria-label="Sources that are switched off">
${off.map(({ title, why, key }) => markup`<li><strong>${cleanText(title, 60)}</strong>: ${cleanText(why, 300)}${key === undefined || !hasEditor ? undefined : markup` ${settingsLink(key, title)}`}</li>\n`)}</ul>
`
}

function settingsLink(key: string, title: string): Markup {
  return markup`<a class="settings-link" href="/sources/${sourceName(key)}">Settings<span class="unseen"> of ${cleanText(title, 60)}</span></a>`
}

interface FoundParts {
  readonly found: readonly FoundFeed[]
  readonly typed: string
  readonly folder: string
}

/** Page with the feeds that were found at an address, to choose from. */
export function foundPage(context: PageContext, { found, typed, folder }: FoundParts): Markup {
  const content = markup`<form method="post" action="/sources/add">
${hidden({ token: context.token, folder })}<fieldset><legend>Feeds of ${cleanText(typed, 80)}</legend>
${found.map(({ url, title, items }, at) => markup`<label class="tick"><input type="checkbox" name="url" value="${url}"${at === 0 ? trusted(' checked') : undefined}> <span><bdi>${title ?? url}</bdi> <span class="count">${counted(items, 'item')}, <bdi>${cleanText(url, 200)}</bdi></span></span></label>\n`)}</fieldset>
<p class="row"><button>Add</button> <a href="/sources">Cancel</a></p>
</form>
`
  return layout({ context, heading: 'Choose feeds', here: '/sources', content: [content] })
}

function row(context: PageContext, source: NamedSource, known: SourceHealth | undefined): Markup {
  const { now } = context
  const health: SourceHealth = known ?? { source: source.key, state: 'new', failures: 0 }
  const given = context.sources?.find(({ key }) => key === source.key)
  const { sign, words, tone } = given?.isMuted === true ? mutedWords : healthWords(health)
  const isFeed = context.hasEditor && given !== undefined && webAddress(source.key) !== undefined
  const home = source.homepage
  const cells: readonly Part[] = [
    markup`<span class="${tone}"><span class="sign" aria-hidden="true">${sign}</span> ${words}</span>`,
    moment(health.triedAt, now),
    moment(health.succeededAt, now),
    moment(health.nextAt, now),
    health.message === undefined ? '–' : markup`<bdi>${cleanText(health.message, 300)}</bdi>`,
  ]
  return markup`<tr role="row" id="source-${sourceName(source.key)}"><th scope="row" role="rowheader">${sourceIcon(context, source.key)}<a href="${listLink({ ...everything, sources: [source.key] })}">${source.title}</a>${home === undefined ? undefined : markup` ${outsideLink(home, markup`<span aria-hidden="true">↗</span><span class="unseen">Homepage of ${source.title}</span>`, 'original')}`}${isFeed ? markup` ${settingsLink(source.key, source.title)}` : undefined}</th>${cells.map((cell, index) => markup`<td role="cell" data-column="${columns[index + 1]}">${cell}</td>`)}</tr>
`
}

function moment(at: number | undefined, now: number): Part {
  return at === undefined ? '–' : age(at, now)
}

/** State of a source as a sign and a text. */
export interface HealthWords {
  readonly sign: string
  readonly words: string
  readonly tone: 'good' | 'bad' | 'held' | 'calm'
}

const mutedWords: HealthWords = { sign: '–', words: 'muted', tone: 'calm' }

const wordsOfStates: Readonly<Record<SourceHealth['state'], HealthWords>> = {
  ok: { sign: '✓', words: 'working', tone: 'good' },
  unchanged: { sign: '✓', words: 'working, nothing new', tone: 'good' },
  mended: { sign: '✓', words: 'working, although its feed is ill-formed', tone: 'good' },
  failing: { sign: '✗', words: 'failing', tone: 'bad' },
  limited: { sign: '‖', words: 'rate limited', tone: 'held' },
  muted: { sign: '–', words: 'no longer fetched', tone: 'bad' },
  off: { sign: '–', words: 'switched off', tone: 'calm' },
  new: { sign: '·', words: 'not fetched yet', tone: 'calm' },
}

export function healthWords({ state, failures }: SourceHealth): HealthWords {
  const found = wordsOfStates[state]
  if (state !== 'failing' || failures <= 1) return found
  return { ...found, words: `failing, ${failures.toLocaleString('en')} times in a row` }
}

/** Returns true if the list page should report the source. */
export function isTroubled({ state }: SourceHealth): boolean {
  return state === 'failing' || state === 'limited'
}
