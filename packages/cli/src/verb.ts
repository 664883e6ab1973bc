import type { Command } from 'commander'
import type { FlagTable } from './flags/flag.ts'
import type { Io } from './io.ts'

/** A verb that was called: its arguments, and the command that has its flags. */
interface Called {
  readonly args: readonly string[]
  readonly command: Command
  readonly io: Io
}

/** A verb of the command: the parser, `--help` and `docs/cli.md` are made from it. */
export interface Verb {
  /** `retry <run>` */
  readonly usage: string
  readonly description: string
  /** About the argument. */
  readonly argument?: string
  readonly flags: FlagTable
  /** Shown after the flags. */
  readonly after?: string
  /** A sentence for the reference. @default the description */
  readonly reference?: string
  /** Verbs below this one. The first is the default. */
  readonly verbs?: readonly Verb[]
  /** Loads what it needs, runs, and returns the exit code. */
  readonly run?: (called: Called) => Promise<number>
}
