import type { WriteStream } from 'node:tty'
import { LiveLine } from './live-line.ts'

/** How progress is shown: one line that is written over and over, a line now and then, JSON lines, or not at all. */
export type ProgressKind = 'bar' | 'plain' | 'json' | 'none'

/** What is asked each time something is to be shown. */
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
