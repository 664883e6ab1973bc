import { cleanText, type Markup, markup, type Part } from '@sluice/report/markup'
import type { SourceHealth } from '../../model/news.ts'
import { type NamedSource, namedSources, type PageContext } from '../context.ts'
import { sourceIcon } from '../icons.ts'
import { everything, listLink } from '../query.ts'
import { age } from '../text.ts'
import { layout } from './layout.ts'
import { outsideLink } from './story-page.ts'

const columns = ['Source', 'State', 'Last try', 'Last success', 'Next try', 'Last result'] as const

/** Page with the health of all sources. Roles are explicit, because narrow screens do not show rows as a table. */
export function sourcesPage(context: PageContext): Markup {
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
  return layout({ context, heading: 'Sources', here: '/sources', content: [content] })
}

function row(context: PageContext, source: NamedSource, known: SourceHealth | undefined): Markup {
  const { now } = context
  const health: SourceHealth = known ?? { source: source.key, state: 'new', failures: 0 }
  const { sign, words, tone } = healthWords(health)
  const home = source.homepage
  const cells: readonly Part[] = [
    markup`<span class="${tone}"><span class="sign" aria-hidden="true">${sign}</span> ${words}</span>`,
    moment(health.triedAt, now),
    moment(health.succeededAt, now),
    moment(health.nextAt, now),
    health.message === undefined ? '–' : markup`<bdi>${cleanText(health.message, 300)}</bdi>`,
  ]
  return markup`<tr role="row"><th scope="row" role="rowheader">${sourceIcon(context, source.key)}<a href="${listLink({ ...everything, sources: [source.key] })}">${source.title}</a>${home === undefined ? undefined : markup` ${outsideLink(home, markup`<span aria-hidden="true">↗</span><span class="unseen">Homepage of ${source.title}</span>`, 'original')}`}</th>${cells.map((cell, index) => markup`<td role="cell" data-column="${columns[index + 1]}">${cell}</td>`)}</tr>
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

export function healthWords({ state, failures }: SourceHealth): HealthWords {
  switch (state) {
    case 'ok':
      return { sign: '✓', words: 'working', tone: 'good' }
    case 'unchanged':
      return { sign: '✓', words: 'working, nothing new', tone: 'good' }
    case 'mended':
      return { sign: '✓', words: 'working, although its feed is ill-formed', tone: 'good' }
    case 'failing':
      return {
        sign: '✗',
        words: failures > 1 ? `failing, ${failures.toLocaleString('en')} times in a row` : 'failing',
        tone: 'bad',
      }
    case 'limited':
      return { sign: '‖', words: 'rate limited', tone: 'held' }
    case 'muted':
      return { sign: '–', words: 'no longer fetched', tone: 'bad' }
    case 'off':
      return { sign: '–', words: 'switched off', tone: 'calm' }
    case 'new':
      return { sign: '·', words: 'not fetched yet', tone: 'calm' }
  }
}

/** Returns true if the list page should report the source. */
export function isTroubled({ state }: SourceHealth): boolean {
  return state === 'failing' || state === 'limited'
}
