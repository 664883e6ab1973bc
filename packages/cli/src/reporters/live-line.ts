import type { WriteStream } from 'node:tty'
import { fitText } from '../outputs/clean-text.ts'

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
