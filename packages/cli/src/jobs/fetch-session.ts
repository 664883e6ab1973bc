import { type Client, createClient, formatDuration, type Progress } from 'sluice'
import { messageOf } from 'sluice/internal'
import type { HostHealth } from '../figures/host-health.ts'
import { LiveFigures } from '../figures/live-figures.ts'
import { checkRunReport } from '../figures/report.ts'
import { type RunSummary, summarize } from '../figures/run-figures.ts'
import { RunStatistics } from '../figures/run-statistics.ts'
import { TimeShares } from '../figures/time-shares.ts'
import { type FetchFlags, fetchFlags } from '../flags/fetch-flags.ts'
import { namingFlags } from '../flags/options.ts'
import { duration } from '../flags/values.ts'
import { sourceName } from '../inputs/read-inputs.ts'
import type { Io } from '../io.ts'
import type { OutputError } from '../outputs/output-errors.ts'
import { CookieFile } from '../plan/cookie-file.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { memoryForBodies } from '../plan/memory-for-bodies.ts'
import { attemptLines } from '../terminal/attempt-lines.ts'
import { warnAbout } from '../terminal/client-warnings.ts'
import { keyHelp, listenToKeys, StopSignals } from '../terminal/keys.ts'
import { openLogFile } from '../terminal/log-file.ts'
import { type Panel, panelLines } from '../terminal/panels.ts'
import { progressKind, reportProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Job, SessionParts, Work } from './job.ts'
import { type LivePage, openLivePage } from './live-page.ts'

/** Open resources of a run. */
export interface FetchSession {
  readonly client: Client
  readonly work: Work
  readonly statistics: RunStatistics
  readonly health: HostHealth
  readonly time: TimeShares
  readonly signals: StopSignals
  /** True if the run was stopped because nothing had succeeded. */
  readonly gaveUp: boolean
  /** Figures of single calls; undefined without a live page or a terminal that shows them. */
  readonly live: LiveFigures | undefined
  /** Aborted to end everything immediately. */
  readonly abort: AbortController
  /** Closes everything but the results. Returns the error of the log, if any. */
  close(): Promise<OutputError | undefined>
}

/** Progress before the work has started. */
const nothingYet: Progress = {
  read: 0,
  done: 0,
  succeeded: 0,
  failed: 0,
  unfinished: 0,
  inFlight: 0,
  retries: 0,
  throttled: 0,
  elapsed: 0,
  rate: 0,
}

/** Opens all resources of a run, and starts it. @throws SettingsError if one of them is unusable */
export async function openSession(
  { plan, flags, io, terminal, redact }: SessionParts,
  job: Job,
): Promise<FetchSession> {
  if (flags.report !== undefined) await checkRunReport(flags.report)
  const statistics = new RunStatistics(redact)
  const log = flags.log === undefined ? undefined : openLogFile(flags.log)
  const client = namingFlags(fetchFlags, () =>
    createClient({
      maxMemory: memoryForBodies(),
      ...plan.client,
      quotaMemory: job.quotaMemory,
      perAttempt: job.perAttempt,
    }),
  )
  if (log !== undefined) client.on(log.listenerWith(redact))
  const health = warnAbout(client, { limits: plan.client, redact, warn: (text) => terminal.warn(text) })
  const begun: { work?: Work } = {}
  const time = new TimeShares({
    now: () => performance.now(),
    isPaged: flags.paginate !== undefined,
    look: () => {
      const status = client.status()
      return {
        ...status,
        isPaused: status.isPaused || begun.work?.isPaused === true,
        isUnreachable: health.isUnreachable,
      }
    },
  })
  client.on((event) => {
    statistics.observe(event)
    time.observe(event)
  })
  const loudness = flags.verbose ?? 0
  if (loudness > 0) client.on(attemptLines({ headers: loudness > 1, redact, write: (line) => terminal.say(line) }))

  const soFar = (): RunSummary => {
    const { waits, concurrency } = client.status()
    const progress = begun.work?.progress ?? nothingYet
    return summarize({
      statistics,
      elapsed: progress.elapsed,
      waits,
      exitCode: 0,
      stopped: undefined,
      progress,
      limits: time.shares(),
      hosts: health.troubles(performance.now()),
      concurrency,
      isAuto: flags.concurrency === 'auto',
      thresholds: plan.thresholds,
    })
  }
  const hasKeys = areKeysRead(flags, plan, io)
  const live = flags.dash !== undefined || hasKeys ? new LiveFigures(redact, performance.now()) : undefined
  if (live !== undefined) client.on((event) => live.observe(event))
  const reading = new AbortController()
  const abort = new AbortController()
  let signals: StopSignals | undefined
  const isStopping = (): boolean => signals?.received !== undefined || begun.work?.stopReason !== undefined
  let page: LivePage | undefined
  const begin = async (): Promise<Work> => {
    page = await openLivePage({
      client,
      flags,
      figures: live,
      title: redact(sourceName(plan.input)),
      redact,
      terminal,
      progress: () => begun.work?.progress ?? nothingYet,
      summary: soFar,
      isPaused: () => client.status().isPaused || begun.work?.isPaused === true,
      isStopping,
      stop: () => signals?.receive('SIGINT'),
    })
    return await job.begin({ client, statistics, time, reading: reading.signal, abort: abort.signal })
  }
  const work = await begin().catch(async (error: unknown) => {
    time.close()
    await page?.close()
    await client.close()
    log?.close()
    throw error
  })
  begun.work = work
  signals = new StopSignals({
    onFirst: (signal) => {
      const again = signal === 'SIGINT' ? 'Ctrl-C' : signal
      const grace = formatDuration(duration(flags.grace ?? '10s', '--grace'))
      terminal.say(
        `stopping: ${work.progress.inFlight} in flight may finish, for up to ${grace}; ${again} again stops now`,
      )
      reading.abort()
      client.resume()
      work.stop(again)
    },
    onSecond: () => abort.abort(new Error('stopped at once')),
  })

  const { giveUpAfter } = plan.thresholds
  let gaveUp = false
  const giveUpTimer = setInterval(() => {
    if (gaveUp || work.stopReason !== undefined || !health.hasNeverSucceeded(performance.now(), giveUpAfter)) return
    gaveUp = true
    work.stop(`nothing has succeeded for ${formatDuration(giveUpAfter)} (--give-up-after)`, 0)
  }, 250)

  const open: { panel?: Panel | undefined } = {}
  const restoreTerminal = hasKeys ? steerByKeys({ client, signals, terminal, open }, io) : () => {}
  terminal.progress = reportProgress(
    (flags.quiet ?? 0) > 0 ? 'none' : progressKind(flags.progress ?? 'auto', io.stderr, io.env),
    {
      progress: () => work.progress,
      facts: () => ({
        ...client.status(),
        ...(work.isPaused === true && { isPaused: true }),
        troubles: health.troubles(performance.now()),
        isStopping: isStopping(),
      }),
      figures: soFar,
      panel: (size) =>
        open.panel === undefined || live === undefined
          ? []
          : panelLines(open.panel, { summary: soFar(), picture: live.picture(performance.now()) }, size),
    },
    io.stderr,
    terminal.style,
  )

  return {
    client,
    work,
    statistics,
    health,
    time,
    signals,
    get gaveUp() {
      return gaveUp
    },
    live,
    abort,
    async close() {
      reading.abort()
      await page?.close()
      clearInterval(giveUpTimer)
      time.close()
      terminal.progress?.close()
      restoreTerminal()
      signals.close()
      await client.close()
      await saveCookies(plan, terminal)
      return log?.close()
    },
  }
}

/** Writes the file of `--cookie-jar`. A failure is reported, but does not fail the run. */
async function saveCookies({ client: { cookies } }: FetchPlan, terminal: Terminal): Promise<void> {
  if (!(cookies instanceof CookieFile)) return
  await cookies.save().catch((error: unknown) => terminal.complain(`--cookie-jar: ${messageOf(error)}`))
}

/** True if keys can be read: stdin and stderr are terminals, and stdin is not the input. */
function areKeysRead(flags: FetchFlags, plan: FetchPlan, io: Io): boolean {
  const isInput = plan.input.files?.includes('-') === true
  return io.stdin.isTTY === true && io.stderr.isTTY === true && !isInput && (flags.quiet ?? 0) === 0
}

interface Steered {
  readonly client: Client
  readonly signals: StopSignals
  readonly terminal: Terminal
  /** Open panel below the progress, if any. */
  readonly open: { panel?: Panel | undefined }
}

function steerByKeys({ client, signals, terminal, open }: Steered, io: Io): () => void {
  terminal.say(keyHelp)
  const changeConcurrency = (by: number): void => {
    client.setConcurrency(Math.max(1, client.status().concurrency + by))
    terminal.say(`concurrency ${client.status().concurrency}`)
  }
  return listenToKeys(io.stdin, {
    pause: () => (client.status().isPaused ? client.resume() : client.pause()),
    more: () => changeConcurrency(1),
    fewer: () => changeConcurrency(-1),
    panel: (name) => {
      open.panel = open.panel === name ? undefined : name
      terminal.progress?.refresh()
    },
    drain: () => signals.receive('SIGINT'),
    interrupt: () => signals.receive('SIGINT'),
  })
}
