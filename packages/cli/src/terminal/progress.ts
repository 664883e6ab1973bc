import type { WriteStream } from 'node:tty'
import type { HostTrouble } from '@sluice/report'
import { formatDuration, type Progress } from 'sluice'
import type { RunSummary } from '../figures/run-figures.ts'
import { cleanText, costText, countText, fitText } from './text.ts'

/** How progress is shown: one line that is written over and over, a line now and then, JSON lines, or not at all. */
export type ProgressKind = 'bar' | 'plain' | 'json' | 'none'

/** Source of what is shown, asked each time. */
export interface LineSource {
  text(): string
  json(): unknown
}

/** Shows how far something is. */
export interface ProgressReporter {
  /** Makes room, so that something else can be written to the terminal. */
  makeRoom(): void
  /** Shows the newest state at once. */
  refresh(): void
  close(): void
}

/** Redraws a live line ten times a second; elsewhere a line every ten seconds keeps logs short. */
const intervals: Readonly<Record<ProgressKind, number>> = { bar: 100, plain: 10_000, json: 10_000, none: 0 }

/** Which kind `auto` means for this stream. */
export function progressKind(
  asked: string,
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): ProgressKind {
  if (asked !== 'auto') return asked as ProgressKind
  const isScreen = stream.isTTY === true && env.TERM !== 'dumb' && (env.CI ?? '') === ''
  return isScreen ? 'bar' : 'plain'
}

/** Starts to show lines on `stream`. */
export function reportLines(
  kind: ProgressKind,
  source: LineSource,
  stream: WriteStream,
  style: { readonly ascii: boolean },
): ProgressReporter {
  if (kind === 'none') return { makeRoom() {}, refresh() {}, close() {} }
  const line = kind === 'bar' ? new LiveLine(stream, style.ascii) : undefined
  const show = (): void => {
    if (kind === 'json') stream.write(`${JSON.stringify(source.json())}\n`)
    else if (line === undefined) stream.write(`${source.text()}\n`)
    else line.show(source.text())
  }
  const timer = setInterval(show, intervals[kind])
  return {
    makeRoom: () => line?.clear(),
    refresh: () => {
      if (line !== undefined) show()
    },
    close: () => {
      clearInterval(timer)
      line?.clear()
    },
  }
}

/** Source of what is shown, asked each time. */
export interface ProgressSource {
  progress(): Progress
  facts(): LiveFacts
  /** Figures so far, for JSON and for thresholds. @default only the progress is shown */
  figures?(): RunSummary
}

/** Starts to show the progress of a run on `stream`. */
export function reportProgress(
  kind: ProgressKind,
  source: ProgressSource,
  stream: WriteStream,
  style: { readonly ascii: boolean },
): ProgressReporter {
  return reportLines(
    kind,
    {
      text: () => progressText(source.progress(), source.facts(), source.figures?.().missed),
      json: () => {
        const { missed, attempts, attemptErrors, attemptMs, waitedMs } = source.figures?.() ?? {}
        const { heldBy, troubles } = source.facts()
        const figures = { missed, attempts, attemptErrors, attemptMs, waitedMs }
        return { progress: source.progress(), hosts: troubles, heldBy: [...heldBy], ...figures }
      },
    },
    stream,
    style,
  )
}

/** State that a progress line shows besides the counts. */
interface LiveFacts {
  readonly concurrency: number
  readonly isPaused: boolean
  readonly isStopping: boolean
  readonly heldBy: ReadonlySet<string>
  /** Hosts in trouble, the worst first. */
  readonly troubles: readonly HostTrouble[]
}

/** How far the run is, in one line: most important first, so that a narrow terminal may cut off the end. */
function progressText(progress: Progress, facts: LiveFacts, missed: readonly string[] = []): string {
  const { total, done, failed, retries, throttled } = progress
  const parts = [
    total === undefined
      ? `${countText(done)} done`
      : `${countText(done)}/${countText(total)} ${total === 0 ? 100 : Math.floor((done * 100) / total)} %`,
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    `${progress.rate.toFixed(1)}/s`,
    `${progress.inFlight}/${facts.concurrency} in flight`,
    ...(retries > 0 ? [`${countText(retries)} retries`] : []),
    ...(throttled > 0 ? [`${countText(throttled)} refused`] : []),
    ...(progress.spent === undefined ? [] : [costText(progress)]),
    stateOf(facts),
    ...missed.map((text) => text.replace(/^threshold missed: /, 'missed: ')),
    timeLeft(progress),
  ]
  return parts.filter((part) => part !== undefined).join('  ')
}

function stateOf({ isPaused, isStopping, heldBy, troubles }: LiveFacts): string | undefined {
  if (isStopping) return 'stopping'
  if (isPaused) return 'paused'
  const [worst] = troubles
  if (worst?.nextProbeMs !== undefined) {
    return `${shortHost(worst.host)} paused, probe in ${Math.ceil(worst.nextProbeMs / 1_000)} s`
  }
  if (worst !== undefined && !worst.hasAnswered) return `no answer from ${shortHost(worst.host)}`
  const gates = [...heldBy].filter((gate) => gate !== 'concurrency')
  return gates.length === 0 ? undefined : `held by ${gates.join(', ')}`
}

/** An origin without its scheme. */
function shortHost(host: string): string {
  return cleanText(host.replace(/^https?:\/\//, ''))
}

function timeLeft({ left, done, total }: Progress): string | undefined {
  if (left === undefined || done === total) return undefined
  const [low, high] = [formatDuration(left.low), formatDuration(left.high)]
  return left.high - left.low < 1_000 || low === high ? `${high} left` : `${low} to ${high} left`
}

/** One line at the bottom of a terminal that is written over and over. Other text goes above it. */
export class LiveLine {
  readonly #stream: WriteStream
  readonly #ascii: boolean
  #shown = ''

  constructor(stream: WriteStream, ascii: boolean) {
    this.#stream = stream
    this.#ascii = ascii
  }

  show(text: string): void {
    // One column stays free: a line that fills the last one wraps on some terminals.
    const fitted = fitText(text, Math.max(10, (this.#stream.columns || 80) - 1), this.#ascii ? '...' : '…')
    if (fitted === this.#shown) return
    this.#stream.write(`\r\u001b[2K${fitted}`)
    this.#shown = fitted
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#shown === '') return
    this.#stream.write('\r\u001b[2K')
    this.#shown = ''
  }
}

/** Several lines of a terminal that are written over and over, where they stand. */
export class Repaint {
  readonly #stream: WriteStream
  #lines = 0

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  /** Shows the text in place of the one before. What does not fit is cut off: lines that wrap or scroll away stay. */
  show(text: string): void {
    const width = Math.max(20, (this.#stream.columns || 80) - 1)
    const height = Math.max(3, (this.#stream.rows || 24) - 1)
    const lines = text.trimEnd().split('\n').slice(0, height)
    const up = this.#lines === 0 ? '' : `\u001b[${this.#lines}A\r`
    // All at once, and what is left over of longer lines cleared: nothing flickers.
    this.#stream.write(`${up}${lines.map((line) => `${fitText(line, width)}\u001b[K\n`).join('')}\u001b[J`)
    this.#lines = lines.length
  }
}
