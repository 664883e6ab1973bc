import type { WriteStream } from 'node:tty'
import type { Progress } from 'sluice'
import type { RunSummary } from '../figures/run-figures.ts'
import { type LiveFacts, progressText, screenLines } from './progress-text.ts'
import { Repaint, type ScreenSize } from './repaint.ts'

/** Format of the progress: repainted lines, a line at intervals, JSON lines, or none. */
export type ProgressKind = 'bar' | 'plain' | 'json' | 'none'

/** Source of the lines, called for each update. */
export interface LineSource {
  text(): string
  json(): unknown
  /** Lines for a terminal. @default the text in one line */
  screen?(size: ScreenSize): readonly string[]
}

/** Displays progress until it is closed. */
export interface ProgressReporter {
  /** Clears the progress, so that other text can be written to the terminal. */
  makeRoom(): void
  /** Repaints immediately. */
  refresh(): void
  close(): void
}

/** Update interval in milliseconds: a terminal is repainted ten times a second, a log gets a line every ten seconds. */
const intervals: Readonly<Record<ProgressKind, number>> = { bar: 100, plain: 10_000, json: 10_000, none: 0 }

/** Resolves `auto` to the format for this stream. */
export function progressKind(
  asked: string,
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): ProgressKind {
  if (asked !== 'auto') return asked as ProgressKind
  const isScreen = stream.isTTY === true && env.TERM !== 'dumb' && (env.CI ?? '') === ''
  return isScreen ? 'bar' : 'plain'
}

/** Starts to display lines on `stream`. */
export function reportLines(
  kind: ProgressKind,
  source: LineSource,
  stream: WriteStream,
  style: { readonly ascii: boolean },
): ProgressReporter {
  if (kind === 'none') return { makeRoom() {}, refresh() {}, close() {} }
  const screen = kind === 'bar' ? new Repaint(stream, style.ascii) : undefined
  const show = (): void => {
    if (kind === 'json') stream.write(`${JSON.stringify(source.json())}\n`)
    else if (screen === undefined) stream.write(`${source.text()}\n`)
    else screen.show(source.screen?.(screen.size) ?? [source.text()])
  }
  const timer = setInterval(show, intervals[kind])
  return {
    makeRoom: () => screen?.clear(),
    refresh: () => {
      if (screen !== undefined) show()
    },
    close: () => {
      clearInterval(timer)
      screen?.clear()
    },
  }
}

/** Source of the progress of a run, called for each update. */
export interface ProgressSource {
  progress(): Progress
  facts(): LiveFacts
  /** Figures so far. @default only the progress is shown */
  figures?(): RunSummary
  /** Lines below the progress on a terminal, at most `height` of them. */
  panel?(size: ScreenSize): readonly string[]
}

/** Starts to display the progress of a run on `stream`. */
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
      screen: (size) => {
        const lines = screenLines(source.progress(), source.facts(), size.width, source.figures?.())
        const panel = source.panel?.({ ...size, height: size.height - lines.length }) ?? []
        return [...lines, ...panel]
      },
      json: () => {
        const { missed, attempts, attemptErrors, bytes, protocols, attemptMs, waitedMs } = source.figures?.() ?? {}
        const { heldBy, troubles } = source.facts()
        const figures = { missed, attempts, attemptErrors, bytes, protocols, attemptMs, waitedMs }
        return { progress: source.progress(), hosts: troubles, heldBy: [...heldBy], ...figures }
      },
    },
    stream,
    style,
  )
}
