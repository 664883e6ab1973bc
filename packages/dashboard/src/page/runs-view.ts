import { type Markup, markup } from '@sluice/report/markup'
import {
  countText,
  dataCode,
  dataText,
  durationText,
  rateText,
  section,
  shareText,
  table,
  tableSection,
  tiles,
} from '@sluice/report/parts'
import type { ListedRun, LiveWorker, RunList } from '../run-list.ts'

/** Parts of the page of a store, by element id. Only runs are listed that have `text` in their name or state. */
export function runsViewOf(list: RunList, text = ''): Readonly<Record<string, Markup | undefined>> {
  const part = text.trim().toLowerCase()
  const runs = list.runs.filter(({ name, state }) => `${name} ${state}`.toLowerCase().includes(part))
  return {
    title: dataText(list.title, 240),
    verdict: markup`${verdictOf(list)}`,
    tiles: tilesOf(list),
    'runs-note':
      part === '' ? undefined : markup`${countText(runs.length)} of the ${countText(list.runs.length)} newest runs`,
    runs: runsOf({ ...list, runs }),
    workers: list.workers === undefined ? undefined : workersOf(list.workers),
  }
}

/** State in a few words. */
export function verdictOf({ runs }: Pick<RunList, 'runs'>): string {
  const active = runs.filter(({ isActive }) => isActive)
  if (active.length === 0) return runs.length === 0 ? 'There are no runs' : 'No run is being worked on'
  const rate = active.reduce((sum, run) => sum + run.rate, 0)
  const what = active.length === 1 ? 'One run is' : `${countText(active.length)} runs are`
  return `${what} being worked on, ${rateText(rate)} results a second`
}

function tilesOf({ runs, more, workers, backlog }: RunList): Markup {
  const finished = runs.filter(({ state }) => state === 'finished').length
  const alive = (workers ?? []).filter(({ state }) => state !== 'lost')
  const inFlight = alive.reduce((sum, worker) => sum + worker.inFlight, 0)
  const ofRuns = (count: number): string => `${countText(count)} ${count === 1 ? 'run' : 'runs'}`
  return tiles([
    ['Runs', countText(runs.length + more), `${countText(finished)} finished${more > 0 ? ' of those shown' : ''}`],
    ['Failed results', countText(runs.reduce((sum, { failed }) => sum + failed, 0))],
    ...(workers === undefined
      ? []
      : [['Workers', countText(alive.length), `${countText(inFlight)} in flight`] as const]),
    ...(backlog === undefined
      ? []
      : [['Backlog', countText(backlog.items), `items of ${ofRuns(backlog.runs)}`] as const]),
  ])
}

/** Progress bar of a run; undefined if its number of inputs is unknown. */
function progressOf({ done, total }: ListedRun): Markup | undefined {
  if (total === undefined || !(total > 0)) return undefined
  return markup`${shareBar(done, total)} ${shareText(done / total)}`
}

/** Progress bar; undefined for a run without inputs. */
export function shareBar(done: number, total: number): Markup | undefined {
  if (!(total > 0)) return undefined
  return markup`<progress max="${total}" value="${Math.min(done, total)}" aria-label="share done"></progress>`
}

function runsOf({ runs, more }: RunList): Markup | undefined {
  return tableSection(
    'Runs',
    runs,
    {
      caption: 'Runs, the newest first',
      hidesCaption: true,
      columns: [
        [
          'Run',
          'text',
          ({ key, name }) => markup`<a href="runs/${encodeURIComponent(key)}/">${dataText(name, 80)}</a>`,
        ],
        ['State', 'text', ({ state }) => dataText(state, 40)],
        ['Done', 'number', ({ done }) => countText(done)],
        ['Of all', 'text', progressOf],
        ['Per second', 'number', ({ isActive, rate }) => (isActive ? rateText(rate) : '')],
        ['Failed', 'number', ({ failed }) => countText(failed)],
        ['Priority', 'number', ({ priority = '' }) => String(priority)],
        ['Began', 'text', ({ createdAt }) => dataText(createdAt.slice(0, 16).replace('T', ' '), 20)],
      ],
      isBest: ({ isActive }) => isActive,
    },
    more > 0 ? markup`<p class="aside">${countText(more)} older runs are not shown.</p>` : undefined,
  )
}

/** Table of workers and their work. */
export function workersOf(workers: readonly LiveWorker[]): Markup {
  if (workers.length === 0) return section('Workers', markup`<p class="aside">No worker has been heard of lately.</p>`)
  return section(
    'Workers',
    table(workers, {
      caption: 'Workers and what each does',
      hidesCaption: true,
      columns: [
        ['Worker', 'text', (one) => [countText(one.id), ' on ', dataText(one.host, 80), `, process ${one.process}`]],
        ['State', 'text', ({ state }) => state],
        ['In flight', 'number', (one) => `${countText(one.inFlight)} of ${countText(one.concurrency)}`],
        ['Chunks', 'text', chunksOf],
        ['Results', 'number', ({ settled }) => countText(settled)],
        ['Per second', 'number', ({ rate }) => rateText(rate)],
        ['Heard of', 'number', ({ silentMs }) => `${durationText(silentMs)} ago`],
      ],
    }),
  )
}

/** Maximum number of runs named; the others are only counted. */
const maxNamed = 5

function chunksOf({ chunks }: LiveWorker): Markup | string {
  const all = Object.entries(chunks)
  if (all.length === 0) return 'none'
  const more = all.length - maxNamed
  return markup`${all
    .slice(0, maxNamed)
    .map(([run, count], index) => markup`${index === 0 ? '' : ', '}${countText(count)} of ${dataCode(run, 60)}`)}${
    more > 0 ? ` and ${countText(more)} more` : ''
  }`
}
