import { type BulkRun, type Client, createClient } from 'sluice'
import { countGlob } from '../inputs/expand-glob.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import type { Io } from '../io.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'
import { openBodyFiles } from '../outputs/body-files.ts'
import { attemptLines } from '../reporters/attempt-lines.ts'
import { openLogFile } from '../reporters/log-file.ts'
import { progressKind, reportProgress } from '../reporters/progress-reporter.ts'
import { summaryText } from '../reporters/summary-text.ts'
import type { FetchPlan } from './fetch-plan.ts'
import { keyHelp, listenToKeys } from './keys.ts'
import { type Pending, readRequests } from './requests.ts'
import { openResults, type Results } from './results.ts'
import { RunStatistics } from './run-statistics.ts'
import { summarize } from './run-summary.ts'
import { StopSignals } from './stop-signals.ts'
import type { Talk } from './talk.ts'

/** Everything that is open while a run goes on. */
export interface FetchSession {
  readonly client: Client
  readonly bulk: BulkRun
  readonly results: Results
  readonly statistics: RunStatistics
  /** What is known of items until their results are there. */
  readonly pending: Map<number, Pending>
  readonly signals: StopSignals
  /** Aborted when everything is to end at once. */
  readonly abort: AbortController
  /** Gives everything back but the results. */
  close(): Promise<void>
}

export interface SessionParts {
  readonly plan: FetchPlan
  readonly flags: FetchFlags
  readonly io: Io
  readonly talk: Talk
  readonly redact: (text: string) => string
}

/** Opens everything a run needs, and lets it begin. @throws SettingsError if some output cannot work. */
export async function openSession({ plan, flags, io, talk, redact }: SessionParts): Promise<FetchSession> {
  const statistics = new RunStatistics(redact)
  const pending = new Map<number, Pending>()
  const bodyFiles =
    flags.outDir === undefined ? undefined : await openBodyFiles(flags.outDir, flags.name ?? '{index}-{id}')
  const results = await openResults(flags, io, { redact, makeRoom: () => talk.makeRoom() })
  const log = flags.log === undefined ? undefined : await openLogFile(flags.log, redact)

  const client = createClient(plan.client)
  if (log !== undefined) client.on(log.listener)
  const loudness = flags.verbose ?? 0
  if (loudness > 0) client.on(attemptLines({ headers: loudness > 1, redact, write: (line) => talk.say(line) }))

  const reading = new AbortController()
  const abort = new AbortController()
  const requests = readRequests(
    {
      items: readInputs({ ...plan.input, signal: reading.signal }),
      defaults: plan.defaults,
      skipBadInput: flags.skipBadInput ?? false,
      bodyFiles,
      skipExisting: flags.skipExisting ?? false,
      onSkip: () => {
        statistics.skipped++
      },
    },
    pending,
  )
  const bulk = client.stream(requests, { ...plan.bulk, total: knownTotal(plan), signal: abort.signal })
  const signals = new StopSignals({
    onFirst: (signal) => {
      const again = signal === 'SIGINT' ? 'Ctrl-C' : signal
      talk.say(`stopping: ${bulk.progress.inFlight} in flight may finish, for up to 10 s; ${again} again stops now`)
      reading.abort()
      client.resume()
      bulk.stop(again)
    },
    onSecond: () => abort.abort(new Error('stopped at once')),
  })

  const session = { client, bulk, statistics, signals, talk }
  const giveBackKeys = steerByKeys(session, flags, plan, io)
  talk.progress = reportProgress(
    (flags.quiet ?? 0) > 0 ? 'none' : progressKind(flags.progress ?? 'auto', io.stderr, io.env),
    {
      progress: () => bulk.progress,
      facts: () => ({
        ...client.status(),
        isStopping: signals.received !== undefined || bulk.stopReason !== undefined,
      }),
    },
    io.stderr,
    talk.style,
  )

  return {
    client,
    bulk,
    results,
    statistics,
    pending,
    signals,
    abort,
    async close() {
      reading.abort()
      talk.progress?.close()
      giveBackKeys()
      signals.close()
      await client.close()
      log?.close()
    },
  }
}

/** How many there are, if only URLs were typed: those can be counted without being read. */
function knownTotal({ input }: FetchPlan): number | undefined {
  const { urls = [], files = [], glob = true } = input
  if (files.length > 0) return undefined
  try {
    return urls.reduce((sum, url) => sum + (glob ? countGlob(url) : 1), 0)
  } catch {
    // A pattern that cannot be read is reported in its turn.
    return undefined
  }
}

interface Steered {
  readonly client: Client
  readonly bulk: BulkRun
  readonly statistics: RunStatistics
  readonly signals: StopSignals
  readonly talk: Talk
}

/** Keys work when a person is there: on a terminal that is not itself the input. */
function steerByKeys(session: Steered, flags: FetchFlags, plan: FetchPlan, io: Io): () => void {
  const { client, bulk, statistics, signals, talk } = session
  const isInput = plan.input.files?.includes('-') === true
  if (!io.stdin.isTTY || !io.stderr.isTTY || isInput || (flags.quiet ?? 0) > 0) return () => {}
  talk.say(keyHelp)
  const changeConcurrency = (by: number): void => {
    client.setConcurrency(Math.max(1, client.status().concurrency + by))
    talk.say(`concurrency ${client.status().concurrency}`)
  }
  return listenToKeys(io.stdin, {
    pause: () => (client.status().isPaused ? client.resume() : client.pause()),
    more: () => changeConcurrency(1),
    fewer: () => changeConcurrency(-1),
    errors: () => {
      const { waits, concurrency } = client.status()
      const { elapsed, read } = bulk.progress
      talk.say('so far:')
      talk.say(
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
          talk.style,
        ),
      )
    },
    drain: () => signals.receive('SIGINT'),
    interrupt: () => signals.receive('SIGINT'),
  })
}
