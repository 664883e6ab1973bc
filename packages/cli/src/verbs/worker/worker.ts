import { hostname } from 'node:os'
import type { Dashboard } from '@sluice/dashboard'
import { isoDate } from 'sluice/internal'
import { startWorker, type Worker, type WorkerEvent } from 'sluice/runs'
import type { SharedStore, StoredRun } from 'sluice/stores'
import { SettledRate } from '../../figures/run-statistics.ts'
import type { WorkerFlags } from '../../flags/store-flags.ts'
import { port } from '../../flags/values.ts'
import type { Io } from '../../io.ts'
import { openSharedStore, typedPasswordWarning } from '../../jobs/store-place.ts'
import { attemptLines } from '../../terminal/attempt-lines.ts'
import { StopSignals } from '../../terminal/keys.ts'
import { type LogFile, openLogFile } from '../../terminal/log-file.ts'
import { progressKind, reportLines } from '../../terminal/progress.ts'
import { Terminal } from '../../terminal/terminal.ts'
import { cleanText } from '../../terminal/text.ts'
import { awaitStore } from './await-store.ts'
import { type HealthEndpoint, openHealthEndpoint } from './health-endpoint.ts'
import { openRun } from './open-run.ts'
import { resolveWorkerSettings, type WorkerSettings } from './worker-settings.ts'
import { endText, eventRecord, eventText, statusText } from './worker-text.ts'

/**
 * Processes the runs of a store until it is stopped, or with `--until-done` until nothing is left. Returns the exit
 * code.
 */
export async function workerCommand(flags: WorkerFlags, io: Io): Promise<number> {
  const settings = resolveWorkerSettings(flags)
  const terminal = Terminal.as(flags, io)
  const warning = typedPasswordWarning(flags.store, io.env)
  if (warning !== undefined) terminal.warn(warning)
  return await new WorkerSession(settings, flags, io, terminal).work()
}

/** A worker from start to end, with everything that is open meanwhile. */
class WorkerSession {
  readonly #settings: WorkerSettings
  readonly #flags: WorkerFlags
  readonly #io: Io
  readonly #terminal: Terminal
  readonly #signals: StopSignals
  /** Aborted when it is stopped before it has started. */
  readonly #stop = new AbortController()
  readonly #atOnce = Promise.withResolvers<'at once'>()
  /** Secrets and files that this worker lacks, by run. */
  readonly #refused = new Map<string, string>()
  readonly #notes = new Set<string>()
  #worker: Worker | undefined
  #store: SharedStore | undefined
  #endpoint: HealthEndpoint | undefined
  #pages: Dashboard | undefined
  #log: LogFile | undefined

  constructor(settings: WorkerSettings, flags: WorkerFlags, io: Io, terminal: Terminal) {
    this.#settings = settings
    this.#flags = flags
    this.#io = io
    this.#terminal = terminal
    this.#signals = new StopSignals({
      onFirst: (signal) => this.#drain(signal),
      onSecond: () => this.#atOnce.resolve('at once'),
    })
  }

  /** Works until it is stopped, or nothing is left. Returns the exit code. */
  async work(): Promise<number> {
    let store: SharedStore | undefined
    try {
      // First of all, so that health checks are answered while waiting for the store.
      await this.#openHealth()
      const { log } = this.#flags
      if (log !== undefined) this.#log = openLogFile(log)
      const opening = awaitStore({
        open: () => openSharedStore(this.#flags.store, 'sluice worker'),
        onWait: (error) => this.#tell({ type: 'store.lost', error }),
        signal: this.#stop.signal,
      })
      const stopped = new Promise<undefined>((resolve) =>
        this.#stop.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
      )
      store = await Promise.race([opening, stopped])
      if (store === undefined) {
        opening.then((late) => late?.close()).catch(() => {})
        return this.#exitCode()
      }
      return await this.#workOn(store)
    } finally {
      this.#terminal.progress?.close()
      this.#signals.close()
      await this.#endpoint?.close()
      await this.#pages?.close()
      // After a second signal, do not wait for the store.
      if (!(await this.#isAtOnce())) await store?.close()
      this.#log?.close()
    }
  }

  async #workOn(store: SharedStore): Promise<number> {
    const { concurrency, maxMemory, runs, untilDone } = this.#settings
    // Before it joins, so that a used port is reported at once.
    await this.#openPages(store)
    const starting = startWorker({
      store,
      concurrency,
      maxMemory,
      runs,
      untilDone,
      open: (run, limits) =>
        openRun(run, limits, {
          env: this.#io.env,
          onClient: (...args) => this.#listen(...args),
          onNote: (text) => this.#note(text),
        }),
      onEvent: (event) => this.#tell(event),
    })
    const worker = await Promise.race([starting, this.#atOnce.promise])
    if (worker === 'at once') {
      starting.catch(() => {})
      return this.#exitCode()
    }
    this.#worker = worker
    this.#store = store
    const { id } = worker.status()
    this.#log?.write({ level: 'info', msg: 'worker.joined', worker: id, store: store.name, concurrency })
    const which = runs === undefined ? 'the runs' : cleanText(runs.join(', '))
    this.#terminal.say(
      `worker ${id} on ${hostname()} (process ${process.pid}): up to ${concurrency} at once, for ${which} in ${store.name}`,
    )
    this.#showProgress(worker)
    // A signal may have arrived while it joined.
    if (this.#signals.received !== undefined) worker.drain(this.#settings.grace).catch(() => {})
    const ending = await Promise.race([worker.finished, this.#atOnce.promise])
    this.#terminal.progress?.close()
    if (ending === 'at once') {
      this.#terminal.say(`worker ${id} ends at once; its items go to other workers within seconds`)
      return this.#exitCode()
    }
    this.#terminal.say(endText(worker.status()))
    this.#log?.write({ level: 'info', msg: 'worker.left', ...worker.status() })
    return this.#signals.received === undefined ? await this.#tellLeft(store) : this.#exitCode()
  }

  /** Serves the pages of `--dash`. @throws SettingsError if their port cannot be used */
  async #openPages(store: SharedStore): Promise<void> {
    const { dash, dashListen: host, store: flag } = this.#flags
    if (dash === undefined) return
    const listenAt = port(dash, '--dash')
    const { openStorePages } = await import('../../jobs/store-pages.ts')
    this.#pages = await openStorePages(store, { port: listenAt, host, flag, env: this.#io.env })
    this.#terminal.say(`live pages: ${this.#pages.url}`)
  }

  async #openHealth(): Promise<void> {
    const { health, concurrency } = this.#settings
    if (health === undefined) return
    this.#endpoint = await openHealthEndpoint({
      ...health,
      concurrency,
      status: () => this.#worker?.status(),
      backlog: async () => this.#store?.backlog(),
    })
    this.#terminal.say(`health at ${this.#endpoint.url}/readyz, metrics at ${this.#endpoint.url}/metrics`)
  }

  #listen(...[client, redact]: Parameters<NonNullable<Parameters<typeof openRun>[2]['onClient']>>): void {
    const { verbose = 0 } = this.#flags
    if (this.#log !== undefined) client.on(this.#log.listenerWith(redact))
    if (this.#endpoint !== undefined) client.on(this.#endpoint.listener)
    if (verbose === 0) return
    client.on(attemptLines({ headers: verbose > 1, redact, write: (line) => this.#terminal.say(line) }))
  }

  /** A run may be opened repeatedly; printed only once. */
  #note(text: string): void {
    if (this.#notes.has(text)) return
    this.#notes.add(text)
    this.#log?.write({ level: 'warn', msg: 'run.note', note: text })
    this.#terminal.warn(cleanText(text))
  }

  #tell(event: WorkerEvent): void {
    const { how, text } = eventText(event)
    this.#log?.write(eventRecord(event))
    if (event.type === 'run.joined') this.#refused.delete(event.run)
    if (event.type === 'run.refused') {
      // It is retried repeatedly; printed only once.
      if (this.#refused.get(event.run) === text) return
      this.#refused.set(event.run, text)
    }
    if (how === 'warn') this.#terminal.warn(text)
    else if (how === 'say' || (this.#flags.verbose ?? 0) > 0) this.#terminal.say(text)
  }

  #showProgress(worker: Worker): void {
    const rate = new SettledRate()
    const { quiet = 0, progress = 'auto' } = this.#flags
    const { stderr, env } = this.#io
    this.#terminal.progress = reportLines(
      quiet > 0 ? 'none' : progressKind(progress, stderr, env),
      {
        text: () => {
          const status = worker.status()
          return statusText(status, rate.at(performance.now(), status.succeeded + status.failed))
        },
        json: () => ({ worker: worker.status() }),
      },
      stderr,
      this.#terminal.style,
    )
  }

  #drain(signal: 'SIGINT' | 'SIGTERM'): void {
    const worker = this.#worker
    this.#stop.abort()
    if (worker === undefined) return
    const again = signal === 'SIGINT' ? 'Ctrl-C' : signal
    const { grace } = this.#settings
    const { inFlight } = worker.status()
    this.#terminal.say(
      `stopping: ${inFlight} in flight may finish, for up to ${Math.round(grace / 100) / 10} s, and the rest is released; ${again} again stops now`,
    )
    this.#log?.write({ level: 'info', msg: 'worker.draining', signal, inFlight, grace })
    // Errors in it make `finished` fail.
    worker.drain(grace).catch(() => {})
  }

  /** Prints what is left when there is nothing to do now. */
  async #tellLeft(store: SharedStore): Promise<number> {
    const { runs } = this.#settings
    const left = (await store.openRuns()).filter((run) => runs === undefined || runs.includes(run.name))
    if (left.length === 0) return 0
    for (const run of left) this.#terminal.say(leftText(run, this.#refused.get(run.name)))
    return left.some(({ name }) => this.#refused.has(name)) ? 3 : 7
  }

  #exitCode(): number {
    return this.#signals.received === 'SIGTERM' ? 143 : 130
  }

  async #isAtOnce(): Promise<boolean> {
    return (await Promise.race([this.#atOnce.promise, Promise.resolve('no')])) === 'at once'
  }
}

function leftText({ name, read, succeeded, failed, parked, nextDueAt, wish }: StoredRun, lack?: string): string {
  const left = read - succeeded - failed
  if (lack !== undefined) return `${cleanText(name)}: ${left} items are left: ${lack}`
  if (wish?.state === 'stopped') return `${cleanText(name)}: ${left} items are left: it was stopped`
  const until = nextDueAt === undefined ? '' : `, ${parked} of them parked until ${isoDate(nextDueAt)} or later`
  return `${cleanText(name)}: ${left} items are left${until}`
}
