import type { BenchmarkTurn } from 'sluice/internal'
import type { Io } from '../../io.ts'
import { progressKind } from '../../terminal/progress.ts'
import { Repaint } from '../../terminal/repaint.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { countText } from '../../terminal/text.ts'

/** Progress of a benchmark. */
export interface BenchProgress {
  onTurn(turn: BenchmarkTurn): void
  onSent(sent: number): void
  close(): void
}

export interface BenchProgressOptions {
  readonly io: Io
  readonly terminal: Terminal
  readonly quiet: boolean
  /** Maximum number of requests. */
  readonly most: number
}

/** Milliseconds between updates. */
const interval = 100

/** Shows a live line on a terminal, and nothing elsewhere. */
export function showProgress({ io, terminal, quiet, most }: BenchProgressOptions): BenchProgress {
  if (quiet || progressKind('auto', io.stderr, io.env) !== 'bar') return { onTurn() {}, onSent() {}, close() {} }
  const line = new Repaint(io.stderr, terminal.style.ascii)
  let turn: BenchmarkTurn | undefined
  let sent = 0
  const show = (): void => {
    if (turn !== undefined) line.show([turnText(turn, sent, most)])
  }
  const timer = setInterval(show, interval)
  terminal.progress = { makeRoom: () => line.clear(), refresh: show, close: () => clearInterval(timer) }
  return {
    onTurn(next) {
      turn = next
    },
    onSent(count) {
      sent = count
    },
    close() {
      clearInterval(timer)
      line.clear()
      terminal.progress = undefined
    },
  }
}

/** `round 2 of 3, 20 at once, 640 of 1,190 sent` */
function turnText({ round, rounds, mode, concurrency }: BenchmarkTurn, sent: number, most: number): string {
  return `round ${round} of ${rounds}, ${turnName(mode, concurrency)}, ${countText(sent)} of ${countText(most)} sent`
}

function turnName(mode: BenchmarkTurn['mode'], concurrency: BenchmarkTurn['concurrency']): string {
  switch (mode) {
    case 'sequential':
      return 'one after another'
    case 'reused':
      return 'one after another, connection reused'
    case 'warm-up':
      return `opening ${concurrency} connections`
    case 'auto':
      return 'automatic concurrency'
    case 'concurrent':
      return `${concurrency} at once`
  }
}
