import type { WriteStream } from 'node:tty'
import stringWidth from 'string-width'
import { fitText } from './text.ts'

/** Columns and rows of a terminal that may be used: a line that fills the last column wraps on some terminals. */
export interface ScreenSize {
  readonly width: number
  readonly height: number
}

/** Lines at the bottom of a terminal that are written over and over, where they stand. Other text goes above them. */
export class Repaint {
  readonly #stream: WriteStream
  readonly #ellipsis: string
  #lines: readonly string[] = []

  constructor(stream: WriteStream, ascii: boolean) {
    this.#stream = stream
    this.#ellipsis = ascii ? '...' : '…'
  }

  get size(): ScreenSize {
    return {
      width: Math.max(20, (this.#stream.columns || 80) - 1),
      height: Math.max(3, (this.#stream.rows || 24) - 1),
    }
  }

  /** Shows the lines in place of those before. What does not fit is cut off: lines that wrap or scroll away stay. */
  show(lines: readonly string[]): void {
    const { width, height } = this.size
    const fitted = lines.slice(0, height).map((line) => fitText(line, width, this.#ellipsis))
    if (fitted.length === this.#lines.length && fitted.every((line, index) => line === this.#lines[index])) return
    // All at once, and what is left over of longer lines cleared: nothing flickers.
    this.#stream.write(`${this.#up()}${fitted.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
    this.#lines = fitted
  }

  /** Takes the lines away, so that something else can be written. */
  clear(): void {
    if (this.#lines.length === 0) return
    this.#stream.write(`${this.#up()}\u001b[J`)
    this.#lines = []
  }

  /** Way back to the first line. A terminal that became narrower has broken its lines. */
  #up(): string {
    const columns = this.#stream.columns || 80
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0)
    return rows === 0 ? '' : `\u001b[${rows}A\r`
  }
}
