import type { Command } from 'commander'
import type { FlagTable } from './flags/flag.ts'
import type { Io } from './io.ts'

/** Invocation of a verb: its arguments, and the command with its flags. */
interface Called {
  readonly args: readonly string[]
  readonly command: Command
  readonly io: Io
}

/** Flags that only this verb has: all, unless it shares some with another. */
export function ownFlags({ flags, shared = {} }: Verb): FlagTable {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !Object.hasOwn(shared, name)))
}

/** A verb of the command. The parser, `--help` and `docs/cli.md` are generated from it. */
export interface Verb {
  /** Usage, for example `retry <run>`. */
  readonly usage: string
  readonly description: string
  /** Description of the argument. */
  readonly argument?: string
  readonly flags: FlagTable
  /** Those of its flags that belong to another verb: its help names that verb in place of them. */
  readonly shared?: FlagTable
  /** Text shown after the flags: its examples first. */
  readonly after?: string
  /** Sentence for the reference. @default the description */
  readonly reference?: string
  /** Subverbs. The first is the default. */
  readonly verbs?: readonly Verb[]
  /** Loads its modules, runs, and returns the exit code. */
  readonly run?: (called: Called) => Promise<number>
}
