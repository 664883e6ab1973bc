import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { isFinished } from 'sluice/internal'
import { postgresStore } from 'sluice/stores/postgres'
import { ended, startCommand } from './processes.ts'

/** A run with a limit shared by all its workers. */
export interface GlobalLimit {
  /** Flags of `fetch` for the limit: `['--rate', '100/s']`. */
  readonly flags: readonly string[]
  readonly items: number
  readonly workers: number
  readonly latency: '20ms' | '200ms'
  /** Database URL for the process that creates the run. */
  readonly url: string
  /** Database URL for the workers. @default url */
  readonly workerUrl?: string | undefined
  readonly command: readonly string[]
}

/** Figures from the server. */
export interface SeenLimit {
  readonly succeeded: number
  readonly requests: number
  /** Maximum number of arrivals in any second. */
  readonly busiestSecond: number
  readonly largestAtOnce: number
  /** Arrivals per second while all workers have something to do: of all but the first fifth and the last tenth. */
  readonly rate: number
  /** Mean number in flight, from the first arrival to the last. */
  readonly meanAtOnce: number
  /** Smallest and largest number of requests of a worker. */
  readonly shares: readonly [number, number]
}

/** Has worker processes perform a run, and reports how its limit was obeyed, as seen by the server. */
export async function seeGlobalLimit(limit: GlobalLimit): Promise<SeenLimit> {
  const server = await serveSimulator({ scenario: { latency: limit.latency } })
  const folder = mkdtempSync(join(tmpdir(), 'sluice-limit-'))
  const children: ChildProcess[] = []
  const start = (url: string, ...args: readonly string[]): ChildProcess => {
    const child = startCommand(limit.command, [...args, '--store', url, '-q'], folder)
    child.stderr?.pipe(process.stderr)
    children.push(child)
    return child
  }
  const name = `limit-${server.port}`
  try {
    await ended(
      start(
        limit.url,
        'fetch',
        `${server.url}/echo?item=[1-${limit.items}]`,
        ...limit.flags,
        '--detach',
        '--name',
        name,
      ),
    )
    for (let worker = 0; worker < limit.workers; worker++) start(limit.workerUrl ?? limit.url, 'worker', '--runs', name)
    return await watch(server, limit, name)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function watch(
  server: RunningSimulator,
  { url, latency, workers }: GlobalLimit,
  name: string,
): Promise<SeenLimit> {
  const store = await postgresStore({ url })
  try {
    let run = await store.find(name)
    while (run === undefined || !isFinished(run)) {
      await pause(200)
      run = await store.find(name)
    }
    const { requests, busiestSecond, largestAtOnce, firstArrivalAt, lastArrivalAt } = server.stats()
    const arrivals = server.simulator.arrivals
    const [first, last] = [Math.floor(arrivals.length / 5), Math.floor(arrivals.length * 0.9)]
    const span = lastArrivalAt! - firstArrivalAt!
    const settled = (await store.workers()).slice(0, workers).map((worker) => worker.settled)
    return {
      succeeded: run.succeeded,
      requests,
      busiestSecond,
      largestAtOnce,
      rate: ((last - first) * 1_000) / (arrivals[last]!.at - arrivals[first]!.at),
      meanAtOnce: (requests * Number.parseInt(latency, 10)) / span,
      shares: [Math.min(...settled), Math.max(...settled)],
    }
  } finally {
    await store.close()
  }
}
