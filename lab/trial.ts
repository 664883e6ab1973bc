import {
  type BulkOptions,
  type Client,
  type ClientOptions,
  createClient,
  type RequestInput,
  UnfinishedError,
} from 'sluice'
import { type Listener, type Random, seededRandom } from 'sluice/internal'
import { ManualClock } from 'sluice/testing'
import { Arrivals } from './arrivals.ts'
import { type Path, throughNetwork } from './network.ts'
import type { ServerMaker } from './servers.ts'

/** One run of the real client against a modelled server. */
export interface Plan {
  readonly server: ServerMaker
  /** @default none: messages take no time */
  readonly network?: Path | undefined
  readonly client?: ClientOptions | undefined
  readonly requests: Iterable<RequestInput>
  readonly bulk?: Omit<BulkOptions, 'ordered'> | undefined
  /** Milliseconds the server has been there when the client begins; drawn from 0 to `upTo` by chance. @default 0 */
  readonly upTo?: number | undefined
  /** Called every so many milliseconds while it runs. */
  readonly tick?: { readonly every: number; readonly call: (moment: Moment) => void } | undefined
}

export interface Moment {
  /** Milliseconds since the client began. */
  readonly at: number
  readonly clock: ManualClock
  readonly client: Client
  readonly random: Random
}

/** Result of a trial. Times are milliseconds since the client began. */
export interface Trial {
  /** On the server's scale, which that of the arrivals is. */
  readonly startedAt: number
  readonly wall: number
  readonly succeeded: readonly { readonly at: number; readonly url: string }[]
  /** Failures, and whatever was read and never accounted for. */
  readonly lost: number
  /** Stopped before they were done. */
  readonly unfinished: number
  readonly arrivals: Arrivals
}

const longest = 5 * 86_400_000

/** Runs a plan under a virtual clock. The same seed gives the same trial. */
export async function runTrial(plan: Plan, seed: number, listen?: Listener): Promise<Trial> {
  const chance = (part: number): Random => seededRandom(seed * 16 + part)
  const random = chance(0)
  const clock = new ManualClock({ wallTime: Date.UTC(2026, 0, 1) + Math.floor(random() * 60_000) })
  const arrivals = new Arrivals()
  const server = arrivals.watch(plan.server({ clock, random: chance(1) }), clock)
  const transport = plan.network === undefined ? server : throughNetwork(server, plan.network, clock, chance(2))
  await clock.advance(random() * (plan.upTo ?? 0))

  const startedAt = clock.now()
  const client = createClient({ ...plan.client, transport, clock, random: chance(3) })
  if (listen !== undefined) client.on(listen)
  const stopTicking = keepTicking(plan, { clock, client, random: chance(4) })
  const read = { items: 0, unfinished: 0 }
  const succeeded: { at: number; url: string }[] = []
  const work = async (): Promise<void> => {
    for await (const result of client.stream(counted(plan.requests, read), plan.bulk)) {
      if (result.ok) succeeded.push({ at: clock.now() - startedAt, url: result.request.url })
      else if (result.error instanceof UnfinishedError) read.unfinished++
    }
  }
  await clock.runUntilSettled(work(), longest)
  const wall = clock.now() - startedAt
  stopTicking()
  await client.close()
  const lost = read.items - read.unfinished - succeeded.length
  return { startedAt, wall, succeeded, lost, unfinished: read.unfinished, arrivals }
}

function* counted(requests: Iterable<RequestInput>, read: { items: number }): Iterable<RequestInput> {
  for (const request of requests) {
    read.items++
    yield request
  }
}

function keepTicking({ tick }: Plan, { clock, client, random }: Omit<Moment, 'at'>): () => void {
  if (tick === undefined) return () => {}
  const startedAt = clock.now()
  const ring = (): void => {
    timer = clock.timer(tick.every, ring)
    tick.call({ at: clock.now() - startedAt, clock, client, random })
  }
  let timer = clock.timer(tick.every, ring)
  return () => timer.cancel()
}

/** `count` different requests, or as many as are wanted. */
export function* items(count = Number.POSITIVE_INFINITY, origin = 'https://api.test'): Iterable<string> {
  for (let index = 0; index < count; index++) yield `${origin}/products/${1 + (index % 5_000)}?item=${index}`
}
