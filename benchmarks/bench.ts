import { whyLeftOut } from './availability.ts'
import type { Peer } from './peers/index.ts'
import type { Pinning } from './pinning.ts'
import type { Body, Protocol, ServerProcess } from './server-process.ts'
import { type Sample, takeTurn } from './turn.ts'

/** A peer with the work that it gets. */
export interface Entry {
  readonly peer: Peer
  /** @default the peer's name */
  readonly label?: string
  readonly calls: number
  readonly concurrency: number
  /** Milliseconds until the server answers. @default 0 */
  readonly delay?: number
  /** @default 'http' */
  readonly protocol?: Protocol
  /** @default a JSON of 190 bytes */
  readonly body?: Body
  /** Calls before it is measured. @default 2,000 */
  readonly warmUp?: number
  /** Does not ask the server. @default false */
  readonly isOffline?: boolean
}

/** Figures of one turn, with the server's own milliseconds for each call if it was to wait. */
type ServedSample = Sample & { readonly served?: number }

/** Figures of an entry, by round. */
export interface Measured {
  readonly entry: Entry
  readonly label: string
  readonly samples: readonly ServedSample[]
}

/** Who could not take part, and why. */
interface LeftOut {
  readonly label: string
  readonly reason: string
}

export interface Comparison {
  readonly measured: readonly Measured[]
  readonly leftOut: readonly LeftOut[]
}

export interface BenchSettings {
  readonly server: ServerProcess
  readonly pinning: Pinning | undefined
  readonly rounds: number
  /** A tenth of the work, to see whether everything runs. */
  readonly isQuick: boolean
  /** Also what takes an hour. */
  readonly isLong: boolean
  /** For the Node of the clients: which form of Sluice they load. @default none: what is built */
  readonly nodeArgs?: readonly string[]
  /** Called with what is going on. */
  readonly tell: (text: string) => void
}

/** Where rows measure. */
export class Bench {
  readonly settings: BenchSettings
  #turns = 0

  constructor(settings: BenchSettings) {
    this.settings = settings
  }

  /** Calls of a row: a tenth of them in a quick run. */
  scaled(calls: number): number {
    return this.settings.isQuick ? Math.ceil(calls / 10) : calls
  }

  /** Lets all take turns, round by round, each time in a fresh process. @throws Error if one did not do its work. */
  async compare(entries: readonly Entry[], rounds: number = this.settings.rounds): Promise<Comparison> {
    const measured = new Map<Entry, ServedSample[]>()
    const leftOut: LeftOut[] = []
    for (const entry of entries) {
      const reason = whyLeftOut(entry.peer)
      if (reason === undefined) measured.set(entry, [])
      else leftOut.push({ label: labelOf(entry), reason })
    }
    for (let round = 1; round <= rounds; round++) {
      for (const [entry, samples] of measured) {
        this.settings.tell(`round ${round} of ${rounds}: ${labelOf(entry)}`)
        samples.push(await this.#turn(entry))
      }
    }
    return {
      measured: Array.from(measured, ([entry, samples]) => ({ entry, label: labelOf(entry), samples })),
      leftOut,
    }
  }

  /** A name that the server has not heard. */
  nextTurn(): string {
    return `turn-${++this.#turns}`
  }

  async #turn({
    peer,
    calls,
    concurrency,
    delay = 0,
    protocol,
    body,
    warmUp = 2_000,
    isOffline = false,
  }: Entry): Promise<ServedSample> {
    const { server, pinning, nodeArgs = [] } = this.settings
    const turn = this.nextTurn()
    const work = {
      warmUpUrl: server.url(`${turn}-warm-up`, 0, protocol, body),
      warmUpCalls: this.scaled(warmUp),
      url: server.url(turn, delay, protocol, body),
      calls,
      concurrency,
    }
    // Nobody but the server needs the other core.
    const sample = await takeTurn(peer, work, isOffline ? undefined : pinning?.client, nodeArgs)
    const { count, delayed = 0 } = await server.asked(turn)
    const expected = isOffline ? 0 : calls
    if (count !== expected) throw new Error(`${peer.name} has sent ${count} requests for ${expected} calls`)
    return delay === 0 ? sample : { ...sample, served: delayed / count }
  }
}

function labelOf({ label, peer }: Entry): string {
  return label ?? peer.name
}
