import { type Client, createClient } from 'sluice'
import { checkRunReport } from '../figures/report.ts'
import { summarize } from '../figures/run-figures.ts'
import { RunStatistics } from '../figures/run-statistics.ts'
import { type FetchFlags, fetchFlags } from '../flags/fetch-flags.ts'
import { namingFlags } from '../flags/options.ts'
import type { Io } from '../io.ts'
import type { OutputError } from '../outputs/output-errors.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { attemptLines } from '../terminal/attempt-lines.ts'
import { keyHelp, listenToKeys, StopSignals } from '../terminal/keys.ts'
import { openLogFile } from '../terminal/log-file.ts'
import { progressKind, reportProgress } from '../terminal/progress.ts'
import { summaryText } from '../terminal/summary-text.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Job, SessionParts, Work } from './job.ts'

/** Everything that is open during a run. */
export interface FetchSession {
  readonly client: Client
  readonly work: Work
  readonly statistics: RunStatistics
  readonly signals: StopSignals
  /** Aborted when everything is to end at once. */
  readonly abort: AbortController
  /** Closes everything but the results. Returns what went wrong with the log. */
  close(): Promise<OutputError | undefined>
}

/** Opens everything that a run needs, and starts it. @throws SettingsError if something of it cannot work. */
export async function openSession(
  { plan, flags, io, terminal, redact }: SessionParts,
  job: Job,
): Promise<FetchSession> {
  if (flags.report !== undefined) await checkRunReport(flags.report)
  const statistics = new RunStatistics(redact)
  const log = flags.log === undefined ? undefined : openLogFile(flags.log)
  const client = namingFlags(fetchFlags, () => createClient({ ...plan.client, quotaMemory: job.quotaMemory }))
  if (log !== undefined) client.on(log.listenerWith(redact))
  client.on((event) => {
    if (event.type === 'local.limited') terminal.warn(`${event.message}; fewer are in flight from now on`)
  })
  const loudness = flags.verbose ?? 0
  if (loudness > 0) client.on(attemptLines({ headers: loudness > 1, redact, write: (line) => terminal.say(line) }))

  const reading = new AbortController()
  const abort = new AbortController()
  const work = await job
    .begin({ client, statistics, reading: reading.signal, abort: abort.signal })
    .catch(async (error: unknown) => {
      await client.close()
      log?.close()
      throw error
    })
  const signals = new StopSignals({
    onFirst: (signal) => {
      const again = signal === 'SIGINT' ? 'Ctrl-C' : signal
      terminal.say(`stopping: ${work.progress.inFlight} in flight may finish, for up to 10 s; ${again} again stops now`)
      reading.abort()
      client.resume()
      work.stop(again)
    },
    onSecond: () => abort.abort(new Error('stopped at once')),
  })

  const session = { client, work, statistics, signals, terminal }
  const giveBackKeys = steerByKeys(session, flags, plan, io)
  terminal.progress = reportProgress(
    (flags.quiet ?? 0) > 0 ? 'none' : progressKind(flags.progress ?? 'auto', io.stderr, io.env),
    {
      progress: () => work.progress,
      facts: () => ({
        ...client.status(),
        isStopping: signals.received !== undefined || work.stopReason !== undefined,
      }),
    },
    io.stderr,
    terminal.style,
  )

  return {
    client,
    work,
    statistics,
    signals,
    abort,
    async close() {
      reading.abort()
      terminal.progress?.close()
      giveBackKeys()
      signals.close()
      await client.close()
      return log?.close()
    },
  }
}

interface Steered {
  readonly client: Client
  readonly work: Work
  readonly statistics: RunStatistics
  readonly signals: StopSignals
  readonly terminal: Terminal
}

/** Keys work when a person is there: on a terminal that is not itself the input. */
function steerByKeys(session: Steered, flags: FetchFlags, plan: FetchPlan, io: Io): () => void {
  const { client, work, statistics, signals, terminal } = session
  const isInput = plan.input.files?.includes('-') === true
  if (!io.stdin.isTTY || !io.stderr.isTTY || isInput || (flags.quiet ?? 0) > 0) return () => {}
  terminal.say(keyHelp)
  const changeConcurrency = (by: number): void => {
    client.setConcurrency(Math.max(1, client.status().concurrency + by))
    terminal.say(`concurrency ${client.status().concurrency}`)
  }
  return listenToKeys(io.stdin, {
    pause: () => (client.status().isPaused ? client.resume() : client.pause()),
    more: () => changeConcurrency(1),
    fewer: () => changeConcurrency(-1),
    errors: () => {
      const { waits, concurrency } = client.status()
      const { elapsed, read } = work.progress
      terminal.say('so far:')
      terminal.say(
        summaryText(
          summarize({
            statistics,
            elapsed,
            waits,
            exitCode: 0,
            stopped: undefined,
            read,
            concurrency,
            isAuto: flags.concurrency === 'auto',
          }),
          terminal.style,
        ),
      )
    },
    drain: () => signals.receive('SIGINT'),
    interrupt: () => signals.receive('SIGINT'),
  })
}
