import type { WriteStream } from 'node:tty'
import { fitText } from '../outputs/clean-text.ts'

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
