import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LatencyOption, RunningSimulator } from '@sluice/simulator'
import { isFinished } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { postgresStore } from 'sluice/stores/postgres'
import { seededRandom } from 'sluice/testing'
import { ended, type SoakParts, startCommand, withPracticeApi } from './processes.ts'

/** Disturbances of workers that share a run, and their durations. */
export interface WorkersSoak {
  readonly items: number
  readonly workers: number
  /** Milliseconds between two kills. Each killed worker is replaced. */
  readonly killEvery: number
  /** Disturbs the workers, instead of the kills. The run is completed afterwards. */
  readonly trouble?: (workers: TroubledWorkers) => Promise<void>
  /** Milliseconds for which a worker is stopped by SIGSTOP, before SIGCONT. */
  readonly sleep?: number
  /** The database; `restart` is called in the middle of the run, if given. */
  readonly database: { readonly url: string; readonly restart?: () => Promise<void> }
  readonly latency: LatencyOption
  readonly seed: number
  readonly command: readonly string[]
  /** Milliseconds after which the run is given up. */
  readonly longest: number
  readonly say?: (line: string) => void
}

/** Workers of a soak, as passed to a disturbance. */
export interface TroubledWorkers {
  /** Kills one worker, and starts a replacement. */
  kill(): void
  /** Stops one worker by SIGSTOP for `time` milliseconds, with a replacement. Resolves when it continues. */
  stop(time: number): Promise<void>
  /** Resolves when the server has received `count` more requests, or the run is finished. */
  untilRequestsFollow(count: number): Promise<void>
  readonly isFinished: boolean
}

/** Result of the soak. */
export interface WorkersReport {
  readonly isFinished: boolean
  readonly kills: number
  readonly milliseconds: number
  readonly results: number
  readonly succeeded: number
  readonly missing: number
  /** Results that do not belong to the item with their index. */
  readonly foreign: number
  /** Items also requested by workers other than the one whose result was stored. */
  readonly repeatedItems: number
  /** Maximum number of requests in flight at workers that were killed, stopped or cut off. */
  readonly couldBeInFlight: number
  readonly itemsWithTwoKeys: number
  readonly requests: number
  readonly largestAtOnce: number
  /** Exit codes of the workers that were drained at the end. */
  readonly exitCodes: readonly (number | null)[]
}

/** Concurrency of each worker. */
const concurrency = 20

/** Shares a run among workers, disturbs them as requested, and counts at the server and in the store. */
export async function workersSoak(soak: WorkersSoak): Promise<WorkersReport> {
  return await withPracticeApi(soak, (parts) => new Soak(soak, parts).run())
}

class Soak {
  readonly #soak: WorkersSoak
  readonly #folder: string
  readonly #server: RunningSimulator
  readonly #children: Set<ChildProcess>
  readonly #random: () => number
  readonly #workers: ChildProcess[] = []
  /** Rejected when the last worker has left by itself before the end. */
  readonly #deserted = Promise.withResolvers<never>()
  #kills = 0
  #troubles = 0
  #hasEnded = false

  constructor(soak: WorkersSoak, { folder, server, children }: SoakParts) {
    this.#soak = soak
    this.#folder = folder
    this.#server = server
    this.#children = children
    this.#random = seededRandom(soak.seed)
  }

  async run(): Promise<WorkersReport> {
    const { workers, longest } = this.#soak
    await this.#share()
    const startedAt = performance.now()
    for (let worker = 0; worker < workers; worker++) this.#startWorker()
    const tooLong = new AbortController()
    const gaveUp = pause(longest, undefined, { signal: tooLong.signal }).catch(() => undefined)
    const end = await Promise.race([this.#untilFinished(), gaveUp, this.#makeTrouble(), this.#deserted.promise])
    tooLong.abort()
    this.#hasEnded = true
    const milliseconds = performance.now() - startedAt
    const exitCodes = await this.#drain()
    return { ...(await this.#report(end !== undefined)), milliseconds, exitCodes }
  }

  /** Creates the shared run. */
  async #share(): Promise<void> {
    const file = join(this.#folder, 'urls.txt')
    const urls = Array.from({ length: this.#soak.items }, (_, index) => `${this.#server.url}/echo?item=${index}`)
    writeFileSync(file, `${urls.join('\n')}\n`)
    const flags = ['-i', file, '-X', 'POST', '--idempotency-key', '-c', String(concurrency * this.#soak.workers)]
    const child = this.#spawn(['fetch', ...flags, '--backoff', '10ms..1s', '--detach', '--name', 'soak'])
    await ended(child)
    if (child.exitCode !== 0) throw new Error(`the run could not be shared: exit code ${child.exitCode}`)
  }

  /** Kills, stops and restarts until the run ends. Never resolves: the end is read from the store. */
  async #makeTrouble(): Promise<undefined> {
    const { items, killEvery, sleep, database, trouble } = this.#soak
    if (trouble !== undefined) {
      const soak = this
      await trouble({
        kill: () => this.#kill(this.#victim()),
        stop: (time) => this.#sleep(this.#victim(), time),
        untilRequestsFollow: (count) => this.#untilRequestsFollow(count),
        get isFinished() {
          return soak.#hasEnded
        },
      })
      return await new Promise(() => undefined)
    }
    for (let round = 0; ; round++) {
      await Promise.all([pause(killEvery), this.#untilRequestsFollow(items / 20)])
      if (this.#hasEnded) return undefined
      const victim = this.#victim()
      if (round === 1 && sleep !== undefined) void this.#sleep(victim, sleep)
      else if (round === 2 && database.restart !== undefined) {
        this.#soak.say?.('the database restarts')
        await database.restart()
      } else this.#kill(victim)
    }
  }

  /** Waits for progress between two disturbances, without which a slow machine would never finish. */
  async #untilRequestsFollow(count: number): Promise<void> {
    const before = this.#server.stats().requests
    while (!this.#hasEnded && this.#server.stats().requests < before + count) await pause(20)
  }

  #victim(): number {
    return Math.floor(this.#random() * this.#workers.length)
  }

  #kill(victim: number): void {
    const [child] = this.#workers.splice(victim, 1)
    child!.kill('SIGKILL')
    this.#kills++
    this.#troubles++
    this.#soak.say?.(`killed ${child!.pid}; ${this.#server.stats().requests} requests so far`)
    this.#startWorker()
  }

  async #sleep(victim: number, time: number): Promise<void> {
    const [child] = this.#workers.splice(victim, 1)
    child!.kill('SIGSTOP')
    this.#troubles++
    this.#soak.say?.(`stopped ${child!.pid} for ${time} ms`)
    this.#startWorker()
    await pause(time, undefined, { ref: false })
    child!.kill('SIGCONT')
    this.#workers.push(child!)
    this.#soak.say?.(`${child!.pid} goes on`)
  }

  async #untilFinished(): Promise<StoredRun> {
    // The longest outage is longer than the default.
    const store = await postgresStore({ url: this.#soak.database.url, reconnectTimeout: this.#soak.longest })
    try {
      for (;;) {
        const run = await store.find('soak')
        if (run !== undefined && isFinished(run)) return run
        await pause(200)
      }
    } finally {
      await store.close()
    }
  }

  async #drain(): Promise<(number | null)[]> {
    const left = [...this.#children]
    for (const child of left) child.kill('SIGTERM')
    for (const child of left) child.kill('SIGCONT')
    await Promise.all(left.map(ended))
    return left.map(({ exitCode }) => exitCode)
  }

  async #report(finished: boolean): Promise<Omit<WorkersReport, 'milliseconds' | 'exitCodes'>> {
    const { items, workers } = this.#soak
    const sent = new Map<string, number>()
    const keys = new Map<string, Set<string>>()
    const { arrivals } = this.#server.simulator
    for (const { path, key = 'none' } of arrivals) {
      sent.set(path, (sent.get(path) ?? 0) + 1)
      keys.set(path, (keys.get(path) ?? new Set()).add(key))
    }
    const counts = { results: 0, succeeded: 0, foreign: 0, repeatedItems: 0 }
    const store = await postgresStore({ url: this.#soak.database.url })
    try {
      const { id } = (await store.find('soak'))!
      for (let after = -1; ; ) {
        const page = await store.results(id, { after, limit: 1_000 })
        for (const { index, ok, url, requests } of page) {
          counts.results++
          if (ok) counts.succeeded++
          if (!url!.endsWith(`/echo?item=${index}`)) counts.foreign++
          if ((sent.get(`/echo?item=${index}`) ?? 0) > requests) counts.repeatedItems++
        }
        if (page.length < 1_000) break
        after = page.at(-1)!.index
      }
    } finally {
      await store.close()
    }
    const { requests, largestAtOnce } = this.#server.stats()
    return {
      isFinished: finished,
      kills: this.#kills,
      ...counts,
      missing: items - counts.results,
      couldBeInFlight: this.#troubles * concurrency + (this.#soak.database.restart ? workers * concurrency : 0),
      itemsWithTwoKeys: [...keys.values()].filter((known) => known.size > 1).length,
      requests,
      largestAtOnce,
    }
  }

  #startWorker(): void {
    const worker = this.#spawn(['worker', '-c', String(concurrency)])
    this.#workers.push(worker)
    worker.on('close', (code) => {
      const place = this.#workers.indexOf(worker)
      if (place === -1 || this.#hasEnded) return
      this.#workers.splice(place, 1)
      if (this.#workers.length === 0)
        this.#deserted.reject(new Error(`all workers have left, the last with exit code ${code}`))
    })
  }

  #spawn(args: readonly string[]): ChildProcess {
    const { command, database } = this.#soak
    const child = startCommand(command, [...args, '--store', database.url, '-q'], this.#folder)
    this.#children.add(child)
    child.on('close', () => this.#children.delete(child))
    child.stderr!.on('data', (text: Buffer) => this.#soak.say?.(`${child.pid}: ${text.toString().trimEnd()}`))
    return child
  }
}
