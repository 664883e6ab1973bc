import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient } from 'sluice'
import type { Protocol, RoundPlan } from './round-plan.ts'
import { doUse } from './uses.ts'
import { Counter, serveWatched, type WatchedServer } from './watched-server.ts'

/** Maximum milliseconds without a new request or a completed use: pauses take a few seconds at most. */
const longestSilence = 20_000
/** Maximum milliseconds until the end of one side of a socket is noticed on the other. */
const noticing = 2_000

export interface RoundOptions {
  /** Creates the client under test. @default createClient */
  readonly makeClient?: ((options: ClientOptions) => Client) | undefined
}

/** Plays a round, and returns the problems found; an empty list if there are none. */
export async function runRound(plan: RoundPlan, { makeClient = createClient }: RoundOptions = {}): Promise<string[]> {
  const wrong: string[] = []
  const before = resources()
  const onFault = (error: unknown) =>
    wrong.push(`nobody catches: ${error instanceof Error ? error.stack : String(error)}`)
  process.on('unhandledRejection', onFault)
  process.on('uncaughtException', onFault)
  const together = new Counter()
  const servers = await Promise.all(plan.servers.map((scenario) => serveWatched(scenario, plan.protocol, together)))
  const ca = servers.flatMap(({ running }) => running.ca ?? [])
  const client = makeClient({ ...plan.client, ...(ca.length === 0 ? {} : { tls: { ca: ca.join('') } }) })
  try {
    wrong.push(...(await playUses(plan, client, servers)))
    if (plan.closeAfter === undefined) wrong.push(...(await checkIdle(client)))
    await client.close()
    if (!(await eventually(() => servers.every(({ running }) => running.openConnections === 0)))) {
      const open = servers.map(({ running }) => running.openConnections)
      wrong.push(`the client is closed, and ${open.join(' and ')} connections are open at the servers`)
    }
  } finally {
    await Promise.all(servers.map(({ running }) => running.close()))
    if (!(await eventually(() => more(before) === undefined))) wrong.push(`left behind: ${more(before)}`)
    process.off('unhandledRejection', onFault)
    process.off('uncaughtException', onFault)
  }
  wrong.push(...checkCaps(plan, servers, together), ...checkPosts(servers, plan.protocol))
  return wrong
}

async function playUses(plan: RoundPlan, client: Client, servers: readonly WatchedServer[]): Promise<string[]> {
  let isClosed = false
  const closing =
    plan.closeAfter === undefined
      ? undefined
      : setTimeout(() => {
          isClosed = true
          void client.close()
        }, plan.closeAfter)
  const open = new Set(plan.uses)
  const uses = plan.uses.map(async (use) => {
    const wrong = await doUse(use, { client, servers, isClosed: () => isClosed })
    open.delete(use)
    return wrong
  })
  const progress = () => `${open.size} ${servers.map(({ seen }) => seen.length).join(' ')}`
  const watch = new AbortController()
  const ended = await Promise.race([Promise.all(uses), silence(progress, watch.signal)])
  watch.abort()
  clearTimeout(closing)
  if (ended !== undefined) return ended.flat()
  const { inFlight, waiting, heldBy } = client.status()
  const state = `${inFlight} in flight, ${waiting} waiting, held by ${[...heldBy].join(' and ') || 'nothing'}`
  return [...open].map((use) => `hangs (${state}): ${JSON.stringify(brief(use))}`)
}

/** Resolves when the return value of `progress` has not changed for too long, or when the signal aborts. */
async function silence(progress: () => string, signal: AbortSignal): Promise<undefined> {
  let last = progress()
  for (let since = performance.now(); performance.now() - since < longestSilence && !signal.aborted; ) {
    await sleep(100, undefined, { signal }).catch(() => {})
    const now = progress()
    if (now !== last) since = performance.now()
    last = now
  }
}

function brief(use: RoundPlan['uses'][number]): unknown {
  return use.kind === 'try' ? use : { ...use, source: { ...use.source, items: use.source.items.length } }
}

async function checkIdle(client: Client): Promise<string[]> {
  if (await eventually(() => client.status().inFlight === 0 && client.status().waiting === 0)) return []
  const { inFlight, waiting } = client.status()
  return [`everything has ended, and status() says ${inFlight} in flight and ${waiting} waiting`]
}

function checkCaps(plan: RoundPlan, servers: readonly WatchedServer[], together: Counter): string[] {
  const { concurrency, maxConcurrency, perPartition } = plan.client
  const cap = concurrency === 'auto' ? maxConcurrency! : concurrency!
  const perServer = Math.min(cap, perPartition ?? cap)
  const wrong = servers.flatMap(({ open }) =>
    open.most > perServer ? [`a server saw ${open.most} requests at once, and ${perServer} is the cap`] : [],
  )
  if (together.most > cap) wrong.push(`the servers saw ${together.most} requests at once, and ${cap} is the cap`)
  return wrong
}

/** Checks that a POST without a key is sent once, unless the server reported that it did not process it. */
function checkPosts(servers: readonly WatchedServer[], protocol: Protocol): string[] {
  const posts = Map.groupBy(
    servers.flatMap(({ seen }) => seen).filter(({ method, hasKey }) => method === 'POST' && !hasKey),
    ({ item }) => item,
  )
  return [...posts].flatMap(([item, sent]) => {
    const processed = sent.slice(0, -1).filter(({ plan }) => !isRefusal(plan, protocol))
    return processed.length === 0
      ? []
      : [`POST ${item} was sent ${sent.length} times, and the first may have been processed`]
  })
}

function isRefusal(plan: Plan | undefined, protocol: Protocol): boolean {
  if (plan?.kind !== 'answer') return false
  if (protocol === 'http2' && plan.onWire?.isRefusal === true) return true
  if (plan.status === 429) return true
  return [403, 413, 503].includes(plan.status) && plan.headers['retry-after'] !== undefined
}

/** Waits for a condition that takes one or a few turns of the event loop. */
async function eventually(condition: () => boolean): Promise<boolean> {
  for (const end = performance.now() + noticing; performance.now() < end; ) {
    if (condition()) return true
    await sleep(2)
  }
  return condition()
}

/** Number of resources that keep the process alive, by kind. */
function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function more(before: ReadonlyMap<string, number>): string | undefined {
  const left = [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0) && kind !== 'Immediate')
  return left.length === 0
    ? undefined
    : left.map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`).join(', ')
}
