import { styleText } from 'node:util'
import type { Io } from '../io.ts'
import type { ProgressReporter } from './progress.ts'

/** Prints messages to stderr, above the progress, according to --quiet. */
export class Terminal {
  readonly style: Style
  readonly #io: Io
  readonly #quiet: number
  progress: ProgressReporter | undefined

  constructor(io: Io, quiet: number, style: Style) {
    this.#io = io
    this.#quiet = quiet
    this.style = style
  }

  /** Creates the terminal output for --quiet and --color. */
  static as({ quiet = 0, color = 'auto' }: { readonly quiet?: number; readonly color?: string }, io: Io): Terminal {
    return new Terminal(io, quiet, styleOf({ isTTY: io.stderr.isTTY, env: io.env, when: color }))
  }

  /** Prints a message, unless -q. */
  say(text: string): void {
    if (this.#quiet === 0) this.#write(text)
  }

  /** Prints an error, unless -qq. */
  complain(text: string): void {
    if (this.#quiet < 2) this.#write(`${paint(this.style, 'red', 'error:')} ${text}`)
  }

  /** Prints a warning, unless -q. */
  warn(text: string): void {
    this.say(`${paint(this.style, 'yellow', 'warning:')} ${text}`)
  }

  /** Prints a warning about the results, unless -qq. */
  caution(text: string): void {
    if (this.#quiet < 2) this.#write(`${paint(this.style, 'yellow', 'warning:')} ${text}`)
  }

  /** Clears the progress before results are printed to the same terminal. */
  makeRoom(): void {
    this.progress?.makeRoom()
  }

  #write(text: string): void {
    this.progress?.makeRoom()
    this.#io.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
  }
}

/** Text style of one stream. */
export interface Style {
  readonly colour: boolean
  /** True if only ASCII may be used. */
  readonly ascii: boolean
}

export interface StreamFacts {
  readonly isTTY: boolean
  readonly env: NodeJS.ProcessEnv
  /** Value of `--color`. */
  readonly when: string
}

/** Style for a stream. Colour is used on terminals only, subject to NO_COLOR, FORCE_COLOR, TERM=dumb and `--color`. */
export function styleOf({ isTTY, env, when }: StreamFacts): Style {
  const isDumb = env.TERM === 'dumb'
  const forced = when === 'always' || (when === 'auto' && (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0')
  const refused = when === 'never' || ((env.NO_COLOR ?? '') !== '' && when !== 'always') || isDumb
  const isUtf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
  return { colour: forced || (isTTY && !refused), ascii: isDumb || !(isUtf8 || process.platform === 'darwin') }
}

type Format = Parameters<typeof styleText>[0]

/** Text in this format, or unchanged if colour is off. */
export function paint(style: Style, format: Format, text: string): string {
  return style.colour ? styleText(format, text, { validateStream: false }) : text
}
