import type { Io } from '../io.ts'
import type { ProgressReporter } from '../reporters/line-reporter.ts'
import { paint, type Style, styleOf } from '../reporters/style.ts'

/** Everything that is said to people: on stderr, above the progress line, as loud as they want it. */
export class Talk {
  readonly style: Style
  readonly #io: Io
  readonly #quiet: number
  progress: ProgressReporter | undefined

  constructor(io: Io, quiet: number, style: Style) {
    this.#io = io
    this.#quiet = quiet
    this.style = style
  }

  /** As loud and as coloured as the flags say. */
  static as({ quiet = 0, color = 'auto' }: { readonly quiet?: number; readonly color?: string }, io: Io): Talk {
    return new Talk(io, quiet, styleOf({ isTTY: io.stderr.isTTY, env: io.env, when: color }))
  }

  /** News: not with `-q`. */
  say(text: string): void {
    if (this.#quiet === 0) this.#write(text)
  }

  /** What went wrong: not with `-qq`. */
  complain(text: string): void {
    if (this.#quiet < 2) this.#write(`${paint(this.style, 'red', 'error:')} ${text}`)
  }

  /** What may go wrong: not with `-q`. */
  warn(text: string): void {
    this.say(`${paint(this.style, 'yellow', 'warning:')} ${text}`)
  }

  /** Makes room on the terminal for results, if they go there too. */
  makeRoom(): void {
    this.progress?.makeRoom()
  }

  #write(text: string): void {
    this.progress?.makeRoom()
    this.#io.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
  }
}
