/** How a run can be stopped from outside. */
export interface Stopping {
  /** The first Ctrl-C, or SIGTERM: begin nothing more. */
  onFirst(signal: 'SIGINT' | 'SIGTERM'): void
  /** The second: now. */
  onSecond(signal: 'SIGINT' | 'SIGTERM'): void
}

/** Ctrl-C in two stages, SIGTERM likewise. */
export class StopSignals {
  /** The first signal that came, if any. */
  received: 'SIGINT' | 'SIGTERM' | undefined
  readonly #stopping: Stopping
  readonly #onSigint = (): void => this.receive('SIGINT')
  readonly #onSigterm = (): void => this.receive('SIGTERM')

  constructor(stopping: Stopping) {
    this.#stopping = stopping
    process.on('SIGINT', this.#onSigint)
    process.on('SIGTERM', this.#onSigterm)
  }

  /** As if the signal had come: in raw mode the terminal sends a key instead. */
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
  }
}
