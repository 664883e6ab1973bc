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
  const alive = (workers ?? []).filter(({ state }) => state !== 'lost')
  return tiles([
    {
      name: 'Runs',
      value: countText(runs.length + more),
      note: `${countText(runs.filter(({ state }) => state === 'finished').length)} finished${more > 0 ? ' of those shown' : ''}`,
    },
    { name: 'Failed results', value: countText(runs.reduce((sum, { failed }) => sum + failed, 0)) },
    ...(workers === undefined
      ? []
      : [
          {
            name: 'Workers',
            value: countText(alive.length),
            note: `${countText(alive.reduce((sum, { inFlight }) => sum + inFlight, 0))} in flight`,
          },
        ]),
    ...(backlog === undefined
      ? []
      : [
          {
            name: 'Backlog',
            value: countText(backlog.items),
            note: `items of ${countText(backlog.runs)} ${backlog.runs === 1 ? 'run' : 'runs'}`,
          },
        ]),
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
  if (runs.length === 0) return undefined
  return section(
    'Runs',
    table({
      caption: 'Runs, the newest first',
      hidesCaption: true,
      columns: [
        { name: 'Run', kind: 'text' },
        { name: 'State', kind: 'text' },
        { name: 'Done' },
        { name: 'Of all', kind: 'text' },
        { name: 'Per second' },
        { name: 'Failed' },
        { name: 'Priority' },
        { name: 'Began', kind: 'text' },
      ],
      rows: runs.map((run) => ({
        isBest: run.isActive,
        cells: [
          markup`<a href="runs/${encodeURIComponent(run.key)}/">${dataText(run.name, 80)}</a>`,
          dataText(run.state, 40),
          countText(run.done),
          progressOf(run),
          run.isActive ? rateText(run.rate) : '',
          countText(run.failed),
          run.priority === undefined ? '' : String(run.priority),
          dataText(run.createdAt.slice(0, 16).replace('T', ' '), 20),
        ],
      })),
    }),
    more > 0 ? markup`<p class="aside">${countText(more)} older runs are not shown.</p>` : undefined,
  )
}

/** Table of workers and their work. */
export function workersOf(workers: readonly LiveWorker[]): Markup {
  if (workers.length === 0) return section('Workers', markup`<p class="aside">No worker has been heard of lately.</p>`)
  return section(
    'Workers',
    table({
      caption: 'Workers and what each does',
      hidesCaption: true,
      columns: [
        { name: 'Worker', kind: 'text' },
        { name: 'State', kind: 'text' },
        { name: 'In flight' },
        { name: 'Chunks', kind: 'text' },
        { name: 'Results' },
        { name: 'Per second' },
        { name: 'Heard of' },
      ],
      rows: workers.map((worker) => ({
        cells: [
          [countText(worker.id), ' on ', dataText(worker.host, 80), `, process ${worker.process}`],
          worker.state,
          `${countText(worker.inFlight)} of ${countText(worker.concurrency)}`,
          chunksOf(worker),
          countText(worker.settled),
          rateText(worker.rate),
          `${durationText(worker.silentMs)} ago`,
        ],
      })),
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
