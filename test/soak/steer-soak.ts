import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isFinished, type RunSteering } from 'sluice/internal'
import type { RunStore } from 'sluice/stores'
import { postgresStore } from 'sluice/stores/postgres'
import { ended, startCommand } from './processes.ts'
import { RequestLog } from './request-log.ts'

/** Runs that worker processes share while they are steered. */
export interface SteerSoak {
  readonly items: number
  /** Items of the run with another priority. */
  readonly otherItems: number
  /** Items of the small run; 0 leaves it out. */
  readonly smallItems: number
  /** Milliseconds for which each rate and share is measured, and milliseconds before that. */
  readonly measured: number
  readonly settle: number
  /** Number of times that the run is paused. */
  readonly pauses: number
  readonly workers: number
  /** Calls in flight of each worker, and the time of each call in milliseconds. */
  readonly concurrency: number
  readonly delay: number
  /** Rates per second, one after the other. */
  readonly rates: readonly [slow: number, fast: number]
  readonly url: string
  readonly command: readonly string[]
  readonly say?: (line: string) => void
}

/** Figures as seen by the server. Times in milliseconds, counted from the moment at which the store has the wish. */
export interface SteerReport {
  /** Time until the last request, for each pause. */
  readonly paused: readonly number[]
  /** Time until the first request, for each continuation. */
  readonly continued: readonly number[]
  /** Requests per second at each rate, and the time until the second one was reached. */
  readonly slow: number
  readonly fast: number
  readonly changed: number
  /** Time until the last request after the stop, and until the first one after the resume. */
  readonly stopped: number
  readonly resumed: number
  /** Share of the requests at equal priorities, and with a higher one; the time until 9 of 10 requests were its own. */
  readonly equalShare: number
  readonly preferredShare: number
  readonly preferred: number
  /** Time of the small run alone, and beside another one. */
  readonly alone: number
  readonly beside: number
  /** Items of all runs without a result, and with more than one request. */
  readonly lost: number
  readonly doubled: number
}

/** Time in milliseconds without a request after which a run is at rest. */
const rest = 2_500
/** Maximum time in milliseconds of any wait. */
const longest = 300_000

/** Steers a run through its store while worker processes do it, and measures at the server when they obey. */
export async function steerSoak(soak: SteerSoak): Promise<SteerReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-steer-'))
  const children: ChildProcess[] = []
  await using server = await RequestLog.open(soak.delay)
  const store = await postgresStore({ url: soak.url })
  const start = (...args: readonly string[]): ChildProcess => {
    const child = startCommand(soak.command, [...args, '--store', soak.url, '-q'], folder)
    child.stderr!.on('data', (text: Buffer) => soak.say?.(`${child.pid}: ${text.toString().trimEnd()}`))
    children.push(child)
    return child
  }
  const share: Share = async (name, items) => {
    const most = String(soak.concurrency * soak.workers)
    const url = `${server.url}/${name}/[1-${items}]`
    const child = start('fetch', url, '-c', most, '--detach', '--name', name)
    await ended(child)
    if (child.exitCode !== 0) throw new Error(`${name} could not be shared: exit code ${child.exitCode}`)
  }
  try {
    for (let worker = 0; worker < soak.workers; worker++) start('worker', '-c', String(soak.concurrency))
    return await new Steering(soak, server, store, share).run()
  } finally {
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(children.map(ended))
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Creates a run of this name for the workers. */
type Share = (name: string, items: number) => Promise<void>

class Steering {
  readonly #soak: SteerSoak
  readonly #server: RequestLog
  readonly #store: RunStore
  readonly #share: Share

  constructor(soak: SteerSoak, server: RequestLog, store: RunStore, share: Share) {
    this.#soak = soak
    this.#server = server
    this.#store = store
    this.#share = share
  }

  async run(): Promise<SteerReport> {
    const { items, otherItems, smallItems } = this.#soak
    const alone = smallItems === 0 ? 0 : await this.#small('alone')
    await this.#share('big', items)
    await this.#steer('big', { rate: [`${this.#soak.rates[0]}/s`] })
    const speeds = await this.#changeRate()
    const pauses = await this.#pause()
    const stopped = await this.#untilQuiet('big', () => this.#steer('big', { state: 'stopped' }))
    const resumed = await this.#untilNext('big', () => this.#steer('big', { state: 'running' }))
    await this.#steer('big', { rate: null })
    const beside = smallItems === 0 ? 0 : await this.#small('beside')
    await this.#share('other', otherItems)
    const shares = await this.#prefer()
    if (isFinished((await this.#store.find('big'))!)) throw new Error('the run was too short for its last measurement')
    await this.#untilFinished('other')
    await this.#untilFinished('big')
    const small = smallItems === 0 ? undefined : { alone: smallItems, beside: smallItems }
    const all = { big: items, other: otherItems, ...small }
    return { ...speeds, ...pauses, stopped, resumed, ...shares, alone, beside, ...(await this.#losses(all)) }
  }

  /** Shares a small run, and returns the time until it is finished. */
  async #small(name: string): Promise<number> {
    await this.#share(name, this.#soak.smallItems)
    const sharedAt = performance.now()
    await this.#untilFinished(name)
    return performance.now() - sharedAt
  }

  async #changeRate(): Promise<Pick<SteerReport, 'slow' | 'fast' | 'changed'>> {
    const { measured, settle, rates } = this.#soak
    const [, fast] = rates
    const seen = this.#server.of('big')
    await this.#until(() => seen.times.length > 0)
    // The workers learn the rate within a second.
    await pause(settle + measured)
    const at = performance.now()
    await this.#steer('big', { rate: [`${fast}/s`] })
    const reaches = (): number | undefined => seen.firstWith(Math.round(fast * 0.15), 250, at)
    await this.#until(() => reaches() !== undefined)
    const reached = reaches()!
    await pause(measured)
    return {
      slow: seen.rate(at - measured, at),
      fast: seen.rate(reached, reached + measured),
      changed: reached - at,
    }
  }

  async #pause(): Promise<Pick<SteerReport, 'paused' | 'continued'>> {
    const figures = { paused: [] as number[], continued: [] as number[] }
    for (let round = 0; round < this.#soak.pauses; round++) {
      figures.paused.push(await this.#untilQuiet('big', () => this.#steer('big', { state: 'paused' })))
      figures.continued.push(await this.#untilNext('big', () => this.#steer('big', { state: 'running' })))
      // The next pause comes at another point of the workers' rhythm, and finds all of them at work.
      await pause(this.#soak.settle + 130 * round)
    }
    return figures
  }

  async #prefer(): Promise<Pick<SteerReport, 'equalShare' | 'preferredShare' | 'preferred'>> {
    const { measured, settle } = this.#soak
    const [big, other] = [this.#server.of('big'), this.#server.of('other')]
    const shareOf = (from: number, to: number): number =>
      big.rate(from, to) / (big.rate(from, to) + other.rate(from, to))
    await this.#until(() => other.times.length > 0)
    // The workers join one after the other.
    await pause(settle)
    const from = performance.now()
    await pause(measured)
    const at = performance.now()
    await this.#steer('big', { priority: 5 })
    let reached = performance.now()
    await this.#until(() => {
      reached = performance.now()
      return shareOf(reached - 250, reached) >= 0.9
    })
    await pause(measured)
    return {
      equalShare: shareOf(from, at),
      preferredShare: shareOf(reached, reached + measured),
      preferred: reached - 250 - at,
    }
  }

  /** Time from the end of `act` to the last request of a run. */
  async #untilQuiet(run: string, act: () => Promise<void>): Promise<number> {
    await act()
    const at = performance.now()
    await this.#until(() => performance.now() - Math.max(at, this.#server.of(run).lastAt) >= rest)
    return Math.max(0, this.#server.of(run).lastAt - at)
  }

  /** Time from the end of `act` to the next request of a run. */
  async #untilNext(run: string, act: () => Promise<void>): Promise<number> {
    const seen = this.#server.of(run)
    await act()
    const [at, before] = [performance.now(), seen.times.length]
    await this.#until(() => seen.times.length > before)
    return seen.times[before]! - at
  }

  async #steer(name: string, steering: RunSteering): Promise<void> {
    this.#soak.say?.(`${name}: ${JSON.stringify(steering)}`)
    await this.#store.steer((await this.#store.find(name))!.id, steering)
  }

  async #untilFinished(name: string): Promise<void> {
    await this.#until(async () => isFinished((await this.#store.find(name))!))
  }

  async #until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    const until = performance.now() + longest
    while (!(await isSo())) {
      if (performance.now() > until) throw new Error(`nothing came within ${longest / 1_000} s of: ${isSo}`)
      await pause(50)
    }
  }

  async #losses(all: Readonly<Record<string, number>>): Promise<Pick<SteerReport, 'lost' | 'doubled'>> {
    let [lost, doubled] = [0, 0]
    for (const [name, items] of Object.entries(all)) {
      const { succeeded } = (await this.#store.find(name))!
      lost += items - Math.min(succeeded, this.#server.of(name).byItem.size)
      doubled += this.#server.of(name).doubled
    }
    return { lost, doubled }
  }
}
