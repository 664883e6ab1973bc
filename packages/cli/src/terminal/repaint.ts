import type { WriteStream } from 'node:tty'
import stringWidth from 'string-width'
import { fitText } from './text.ts'

/** Usable columns and rows of a terminal. The last column is excluded: filling it wraps the line on some terminals. */
export interface ScreenSize {
  readonly width: number
  readonly height: number
}

/** Lines at the bottom of a terminal that are repainted in place. Other text is printed above them. */
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

  /** Replaces the lines. Text that does not fit is cut off, since wrapped or scrolled lines cannot be erased. */
  show(lines: readonly string[]): void {
    const { width, height } = this.size
    const fitted = lines.slice(0, height).map((line) => fitText(line, width, this.#ellipsis))
    if (fitted.length === this.#lines.length && fitted.every((line, index) => line === this.#lines[index])) return
    // A single write that also clears the rest of each line avoids flicker.
    this.#stream.write(`${this.#up()}${fitted.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
    this.#lines = fitted
  }

  /** Removes the lines, so that other text can be written. */
  clear(): void {
    if (this.#lines.length === 0) return
    this.#stream.write(`${this.#up()}\u001b[J`)
    this.#lines = []
  }

  /**
   * Escape sequence that moves the cursor to the first line. Accounts for lines that wrapped when the terminal became
   * narrower.
   */
  #up(): string {
    const columns = this.#stream.columns || 80
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0)
    return rows === 0 ? '' : `\u001b[${rows}A\r`
  }
}
