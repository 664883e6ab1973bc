import { type Markup, markup } from '@sluice/report/markup'
import {
  countText,
  dataCode,
  dataText,
  rateText,
  section,
  shareText,
  table,
  tableSection,
  tiles,
} from '@sluice/report/parts'
import type { LiveGateway, LiveUpstream } from '../live-gateway.ts'

/** Parts of the page of a gateway, by element id. */
export function gatewayViewOf(gateway: LiveGateway): Readonly<Record<string, Markup | undefined>> {
  return {
    title: dataText(gateway.title, 240),
    verdict: markup`${gatewayVerdict(gateway)}`,
    tiles: tilesOf(gateway),
    upstreams: upstreamsOf(gateway.upstreams),
    callers: callersOf(gateway),
    statuses: answersOf(gateway),
    refused: refusedOf(gateway),
  }
}

/** State in a few words. */
export function gatewayVerdict({ state, upstreams }: Pick<LiveGateway, 'state' | 'upstreams'>): string {
  if (state === 'ended') return 'The gateway has ended'
  const rate = `${rateText(sum(upstreams, (one) => one.rate))} responses a second`
  if (state === 'draining') return `Draining: requests under way may end, ${rate}`
  const waiting = sum(upstreams, (one) => one.waiting)
  if (waiting === 0) return `Nothing waits, ${rate}`
  return `${countText(waiting)} ${waiting === 1 ? 'request waits' : 'requests wait'}, ${rate}`
}

function tilesOf({ upstreams }: LiveGateway): Markup {
  const refused = sum(upstreams, ({ problems }) => total(problems))
  return tiles([
    ['In flight', countText(sum(upstreams, (one) => one.inFlight))],
    ['Waiting', countText(sum(upstreams, (one) => one.waiting))],
    [
      'Answered',
      countText(sum(upstreams, (one) => one.ended)),
      `with ${countText(sum(upstreams, (one) => one.attempts))} attempts`,
    ],
    ['Refused or failed here', countText(refused)],
    ['Hung up', countText(sum(upstreams, (one) => one.hungUp))],
  ])
}

function upstreamsOf(upstreams: readonly LiveUpstream[]): Markup {
  return section(
    'Upstreams',
    table(upstreams, {
      caption: 'Upstreams and what holds their requests up',
      hidesCaption: true,
      columns: [
        ['Path', 'text', ({ path }) => dataCode(path, 110)],
        ['API', 'text', ({ url }) => dataText(url, 120)],
        ['In flight', 'number', (one) => `${countText(one.inFlight)} of ${countText(one.concurrency)}`],
        ['Waiting', 'number', ({ waiting }) => countText(waiting)],
        [
          'Held up by',
          'text',
          (one) => (one.waiting === 0 ? 'nothing' : dataText(one.heldBy.join(', ') || 'its turn', 160)),
        ],
        ['Answered', 'number', ({ ended }) => countText(ended)],
        ['Per second', 'number', ({ rate }) => rateText(rate)],
      ],
    }),
  )
}

function callersOf({ callers, more }: LiveGateway): Markup | undefined {
  return tableSection(
    'Callers',
    callers,
    {
      caption: 'Callers and their shares, the busiest first',
      hidesCaption: true,
      columns: [
        ['Caller', 'text', ({ name }) => dataText(name, 110)],
        ['Path', 'text', ({ path }) => dataCode(path, 110)],
        ['Share lately', 'number', ({ share }) => (share === undefined ? '' : shareText(share))],
        ['Open', 'number', ({ open }) => countText(open)],
        ['Answered', 'number', ({ ended }) => countText(ended)],
        ['Refused or failed', 'number', ({ refused }) => countText(refused)],
      ],
    },
    more > 0 ? markup`<p class="aside">${countText(more)} more callers are not shown.</p>` : undefined,
  )
}

/** Responses of each upstream by status, and those of the gateway itself by reason. */
function answersOf({ upstreams }: LiveGateway): Markup | undefined {
  const rows = upstreams.flatMap(({ path, statuses, problems }) => [
    ...Object.entries(statuses).map(([status, count]) => [path, status, count] as const),
    ...Object.entries(problems).map(([code, count]) => [path, `including ${code}`, count] as const),
  ])
  return tableSection('Responses', rows, {
    caption: 'Responses by status',
    hidesCaption: true,
    columns: [
      ['Path', 'text', ([path]) => dataCode(path, 110)],
      ['Response', 'text', ([, what]) => dataText(what, 80)],
      ['Requests', 'number', ([, , count]) => countText(count)],
    ],
  })
}

function refusedOf({ refused }: LiveGateway): Markup | undefined {
  return tableSection('Refused', Object.entries(refused), {
    caption: 'Requests for no upstream, by reason',
    hidesCaption: true,
    columns: [
      ['Reason', 'text', ([code]) => dataText(code, 80)],
      ['Requests', 'number', ([, count]) => countText(count)],
    ],
  })
}

function sum(upstreams: readonly LiveUpstream[], read: (one: LiveUpstream) => number): number {
  return upstreams.reduce((so, one) => so + read(one), 0)
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((so, count) => so + count, 0)
}
