import { type Markup, markup } from '@sluice/report/markup'
import { countText, dataCode, dataText, rateText, section, shareText, table, tiles } from '@sluice/report/parts'
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
  const rate = `${rateText(sum(upstreams, (one) => one.rate))} answers a second`
  if (state === 'draining') return `Draining: requests under way may end, ${rate}`
  const waiting = sum(upstreams, (one) => one.waiting)
  if (waiting === 0) return `Nothing waits, ${rate}`
  return `${countText(waiting)} ${waiting === 1 ? 'request waits' : 'requests wait'}, ${rate}`
}

function tilesOf({ upstreams }: LiveGateway): Markup {
  const refused = sum(upstreams, ({ problems }) => total(problems))
  return tiles([
    { name: 'In flight', value: countText(sum(upstreams, (one) => one.inFlight)) },
    { name: 'Waiting', value: countText(sum(upstreams, (one) => one.waiting)) },
    {
      name: 'Answered',
      value: countText(sum(upstreams, (one) => one.ended)),
      note: `with ${countText(sum(upstreams, (one) => one.attempts))} attempts`,
    },
    { name: 'Refused or failed here', value: countText(refused) },
    { name: 'Hung up', value: countText(sum(upstreams, (one) => one.hungUp)) },
  ])
}

function upstreamsOf(upstreams: readonly LiveUpstream[]): Markup {
  return section(
    'Upstreams',
    table({
      caption: 'Upstreams and what holds their requests up',
      hidesCaption: true,
      columns: [
        { name: 'Path', kind: 'text' },
        { name: 'API', kind: 'text' },
        { name: 'In flight' },
        { name: 'Waiting' },
        { name: 'Held up by', kind: 'text' },
        { name: 'Answered' },
        { name: 'Per second' },
      ],
      rows: upstreams.map((one) => ({
        cells: [
          dataCode(one.path, 110),
          dataText(one.url, 120),
          `${countText(one.inFlight)} of ${countText(one.concurrency)}`,
          countText(one.waiting),
          one.waiting === 0 ? 'nothing' : dataText(one.heldBy.join(', ') || 'its turn', 160),
          countText(one.ended),
          rateText(one.rate),
        ],
      })),
    }),
  )
}

function callersOf({ callers, more }: LiveGateway): Markup | undefined {
  if (callers.length === 0) return undefined
  return section(
    'Callers',
    table({
      caption: 'Callers and their shares, the busiest first',
      hidesCaption: true,
      columns: [
        { name: 'Caller', kind: 'text' },
        { name: 'Path', kind: 'text' },
        { name: 'Share lately' },
        { name: 'Open' },
        { name: 'Answered' },
        { name: 'Refused or failed' },
      ],
      rows: callers.map(({ name, path, share, open, ended, refused }) => ({
        cells: [
          dataText(name, 110),
          dataCode(path, 110),
          share === undefined ? '' : shareText(share),
          countText(open),
          countText(ended),
          countText(refused),
        ],
      })),
    }),
    more > 0 ? markup`<p class="aside">${countText(more)} further callers are not shown.</p>` : undefined,
  )
}

/** Responses of each upstream by status, and those of the gateway itself by reason. */
function answersOf({ upstreams }: LiveGateway): Markup | undefined {
  const rows = upstreams.flatMap(({ path, statuses, problems }) => [
    ...Object.entries(statuses).map(([status, count]) => [path, status, count] as const),
    ...Object.entries(problems).map(([code, count]) => [path, `of them ${code}`, count] as const),
  ])
  if (rows.length === 0) return undefined
  return section(
    'Answers',
    table({
      caption: 'Answers by status',
      hidesCaption: true,
      columns: [{ name: 'Path', kind: 'text' }, { name: 'Answer', kind: 'text' }, { name: 'Requests' }],
      rows: rows.map(([path, what, count]) => ({
        cells: [dataCode(path, 110), dataText(what, 80), countText(count)],
      })),
    }),
  )
}

function refusedOf({ refused }: LiveGateway): Markup | undefined {
  const rows = Object.entries(refused)
  if (rows.length === 0) return undefined
  return section(
    'Refused',
    table({
      caption: 'Requests for no upstream, by reason',
      hidesCaption: true,
      columns: [{ name: 'Reason', kind: 'text' }, { name: 'Requests' }],
      rows: rows.map(([code, count]) => ({ cells: [dataText(code, 80), countText(count)] })),
    }),
  )
}

function sum(upstreams: readonly LiveUpstream[], read: (one: LiveUpstream) => number): number {
  return upstreams.reduce((so, one) => so + read(one), 0)
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((so, count) => so + count, 0)
}
