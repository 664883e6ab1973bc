import type { ReadStream } from 'node:tty'
import type { Panel } from './panels.ts'

/** Actions of the keys during a run. */
export interface KeyActions {
  pause(): void
  more(): void
  fewer(): void
  panel(name: Panel): void
  drain(): void
  interrupt(): void
}

/** Help line, printed once at the start of a run. */
export const keyHelp = 'keys: p pause, + - concurrency, e errors, h hosts, s slowest, q finish and stop'

/** Listens to single keys on a terminal. Returns a function that restores the terminal. */
export function listenToKeys(terminal: ReadStream, actions: KeyActions): () => void {
  const onData = (bytes: Buffer): void => {
    for (const key of bytes.toString('utf8')) actionFor(key, actions)?.()
  }
  terminal.setRawMode(true)
  terminal.on('data', onData)
  terminal.resume()
  return () => {
    terminal.off('data', onData)
    terminal.setRawMode(false)
    terminal.pause()
  }
}

function actionFor(key: string, actions: KeyActions): (() => void) | undefined {
  switch (key) {
    case 'p':
      return () => actions.pause()
    case '+':
      return () => actions.more()
    case '-':
      return () => actions.fewer()
    case 'e':
      return () => actions.panel('errors')
    case 'h':
      return () => actions.panel('hosts')
    case 's':
      return () => actions.panel('slowest')
    case 'q':
      return () => actions.drain()
    // In raw mode Ctrl-C arrives as a key, not as a signal.
    case '\u0003':
      return () => actions.interrupt()
    default:
      return undefined
  }
}

/** Handlers for stopping a run by signal. */
export interface Stopping {
  /** Called on the first SIGINT (Ctrl-C) or SIGTERM: no further call should start. */
  onFirst(signal: 'SIGINT' | 'SIGTERM'): void
  /** Called on the second signal: the run should stop immediately. */
  onSecond(signal: 'SIGINT' | 'SIGTERM'): void
  /** False if SIGHUP has another meaning. @default true */
  readonly endsWithTerminal?: boolean
}

/** Handles SIGINT and SIGTERM in two stages. A closed terminal (SIGHUP) counts as the first SIGTERM. */
export class StopSignals {
  /** The first signal received, if any. */
  received: 'SIGINT' | 'SIGTERM' | undefined
  readonly #stopping: Stopping
  readonly #onSigint = (): void => this.receive('SIGINT')
  readonly #onSigterm = (): void => this.receive('SIGTERM')
  /** The terminal was closed, which may be signalled twice. */
  readonly #onSighup = (): void => {
    if (this.received === undefined) this.receive('SIGTERM')
  }

  constructor(stopping: Stopping) {
    this.#stopping = stopping
    process.on('SIGINT', this.#onSigint)
    process.on('SIGTERM', this.#onSigterm)
    if (stopping.endsWithTerminal !== false) process.on('SIGHUP', this.#onSighup)
  }

  /** Handles a signal as if the process had received it: in raw mode the terminal sends a key instead. */
  receive(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.received === undefined) {
      this.received = signal
      this.#stopping.onFirst(signal)
    } else {
      this.#stopping.onSecond(this.received)
    }
  }

  close(): void {
    process.off('SIGINT', this.#onSigint)
    process.off('SIGTERM', this.#onSigterm)
    process.off('SIGHUP', this.#onSighup)
  }
}
