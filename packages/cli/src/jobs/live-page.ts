import type { CallFilter, Control, FoundCalls, LiveRun } from '@sluice/dashboard'
import { type Client, type Progress, SettingsError } from 'sluice'
import type { LiveFigures } from '../figures/live-figures.ts'
import { liveReport } from '../figures/report.ts'
import type { RunSummary } from '../figures/run-figures.ts'
import { type FetchFlags, fetchFlags, untouched } from '../flags/fetch-flags.ts'
import { type Flag, shownName } from '../flags/flag.ts'
import { port } from '../flags/values.ts'
import type { Redact } from '../outputs/redactor.ts'
import { isTypedSecret } from '../plan/stored-settings.ts'
import type { Terminal } from '../terminal/terminal.ts'

export interface LivePageParts {
  readonly client: Client
  readonly flags: FetchFlags
  /** Figures of single calls, updated during the run. */
  readonly figures: LiveFigures | undefined
  readonly title: string
  readonly redact: Redact
  readonly terminal: Terminal
  readonly progress: () => Progress
  /** Summary of the run so far. */
  readonly summary: () => RunSummary
  readonly isPaused: () => boolean
  readonly isStopping: () => boolean
  readonly stop: () => void
}

/** Live page of a run, while it is served. */
export interface LivePage {
  /** Shows the last figures, and stops serving. */
  close(): Promise<void>
}

/** Milliseconds between samples of the number of requests in flight. */
const sampleMs = 250

/** Serves the page of `--dash`, and prints its URL. @throws SettingsError if its port is unusable */
export async function openLivePage(parts: LivePageParts): Promise<LivePage | undefined> {
  const { client, flags, figures, terminal, redact } = parts
  if (flags.dash === undefined || figures === undefined) return undefined
  const listenAt = port(flags.dash, '--dash')
  const { serveDashboard } = await import('@sluice/dashboard')
  const startedAt = new Date().toISOString()
  let isOver = false
  const sample = (): void => {
    const { inFlight, concurrency } = client.status()
    figures.sample(performance.now(), inFlight, concurrency)
  }
  const timer = setInterval(sample, sampleMs)
  const settings = settingsOf(flags, redact)

  const look = (): LiveRun => {
    sample()
    const { inFlight, concurrency, heldBy } = client.status()
    const { rate, left } = parts.progress()
    const { collector } = figures
    return {
      report: liveReport(parts.summary(), { collector, title: parts.title, startedAt }),
      state: isOver ? 'ended' : parts.isStopping() ? 'stopping' : parts.isPaused() ? 'paused' : 'running',
      rate,
      ...(left === undefined ? undefined : { etaMs: left.high }),
      inFlight,
      concurrency,
      heldBy: [...heldBy].map((limit) => redact(limit)),
      ...figures.picture(performance.now()),
      settings,
    }
  }
  const control = (wish: Control): undefined => {
    if (wish.action === 'concurrency') client.setConcurrency(wish.value)
    else if (wish.action === 'rate') client.setRate(wish.value)
    else if (wish.action === 'pause') client.pause()
    else if (wish.action === 'continue') client.resume()
    else if (wish.action === 'stop') parts.stop()
    else if (wish.action === 'priority') throw new SettingsError('only runs shared by workers have a priority')
    else throw new SettingsError('this run is in progress; its failures can be retried when it has ended')
  }
  const find = (filter: CallFilter): FoundCalls => figures.calls.find(filter)
  const page = await serveDashboard({ port: listenAt, host: flags.dashListen, look, control, find }).catch(
    (error: unknown) => {
      clearInterval(timer)
      throw error
    },
  )
  terminal.say(`live page: ${page.url}`)
  return {
    async close() {
      isOver = true
      await page.close()
      clearInterval(timer)
    },
  }
}

/** Flags that were given, by name; typed secrets are masked. */
export function settingsOf(flags: FetchFlags, redact: Redact): Record<string, string> {
  const given = Object.entries<Flag>(fetchFlags).flatMap(([name, flag]): [string, string][] => {
    const value: unknown = flags[name as keyof FetchFlags]
    if (value === undefined || value === untouched[name as keyof typeof untouched]) return []
    const shown = [value].flat().map((one) => (isTypedSecret(flag, one) ? '***' : redact(String(one))))
    return [[shownName(flag), shown.join(' ')]]
  })
  return Object.fromEntries(given)
}
