import type { LiveCaller, LiveGateway, LiveUpstream } from '@sluice/dashboard'
import type { Gateway, UpstreamFigures } from '@sluice/gateway'
import { redactUrl } from 'sluice/http'
import type { Redact } from '../../outputs/redactor.ts'
import { pathOf } from './gateway-text.ts'

/** Period in milliseconds of rates and shares, and maximum number of callers in the list. */
const lately = 10_000
const maxCallers = 50

/** Finished requests at one moment, by upstream, and by upstream and caller. */
interface Mark {
  readonly at: number
  readonly upstreams: ReadonlyMap<string, number>
  readonly callers: ReadonlyMap<string, number>
}

/** Data of a gateway's live page. Rates and shares are of the last ten seconds while a page was open. */
export class GatewayPictures {
  readonly #gateway: Gateway
  readonly #title: string
  readonly #redact: Redact
  #marks: Mark[] = []

  constructor(gateway: Gateway, title: string, redact: Redact) {
    this.#gateway = gateway
    this.#title = title
    this.#redact = redact
  }

  look(state: LiveGateway['state'], now: number): LiveGateway {
    const { refused, upstreams } = this.#gateway.figures()
    const before = this.#mark(upstreams, now)
    const callers = upstreams
      .flatMap((one) => this.#callersOf(one, before))
      .sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || b.open - a.open || b.ended - a.ended)
    return {
      title: this.#title,
      state,
      upstreams: upstreams.map((one) => this.#upstreamOf(one, before, now)),
      callers: callers.slice(0, maxCallers),
      more: Math.max(0, callers.length - maxCallers),
      refused: Object.fromEntries(refused),
    }
  }

  /** Records the finished requests. Returns the oldest record of the last ten seconds. */
  #mark(upstreams: readonly UpstreamFigures[], at: number): Mark {
    const mark: Mark = {
      at,
      upstreams: new Map(upstreams.map(({ name, ended }) => [name, ended])),
      callers: new Map(
        upstreams.flatMap((one) => Array.from(one.callers, ([caller, { ended }]) => [keyOf(one.name, caller), ended])),
      ),
    }
    this.#marks = [...this.#marks.filter((one) => at - one.at <= lately), mark]
    return this.#marks[0]!
  }

  #upstreamOf(one: UpstreamFigures, before: Mark, now: number): LiveUpstream {
    const status = this.#gateway.upstreams.find(({ name }) => name === one.name)?.client.status()
    const seconds = (now - before.at) / 1_000
    return {
      path: pathOf(one.name),
      url: this.#redact(redactUrl(one.url)),
      inFlight: one.inFlight,
      concurrency: status?.concurrency ?? 0,
      waiting: one.waiting,
      heldBy: [...(status?.heldBy ?? [])].map((limit) => this.#redact(limit)),
      ended: one.ended,
      rate: seconds > 0 ? endedSince(one, before) / seconds : 0,
      attempts: one.attempts,
      hungUp: one.hungUp,
      statuses: Object.fromEntries(one.statuses),
      problems: Object.fromEntries(one.problems),
    }
  }

  #callersOf(one: UpstreamFigures, before: Mark): LiveCaller[] {
    const all = endedSince(one, before)
    return Array.from(one.callers, ([caller, { open, ended, refused }]) => {
      const own = ended - (before.callers.get(keyOf(one.name, caller)) ?? 0)
      const name = this.#redact(caller) || 'unknown'
      return { name, path: pathOf(one.name), open, ended, refused, ...(all > 0 && { share: own / all }) }
    })
  }
}

function endedSince({ name, ended }: UpstreamFigures, before: Mark): number {
  return ended - (before.upstreams.get(name) ?? 0)
}

function keyOf(upstream: string, caller: string): string {
  return `${upstream} ${caller}`
}
