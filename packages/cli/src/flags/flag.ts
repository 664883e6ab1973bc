import type { BulkOptions, ClientOptions } from 'sluice'
import type { parsers } from './values.ts'

/** Sections of `--help`, in order. */
export const flagGroups = [
  'Gateway',
  'Measurement',
  'Input',
  'Request',
  'Limits',
  'Retries and timeouts',
  'Faults',
  'Store',
  'Output',
  'Display',
  'Connection',
  'Other',
] as const

/** Path of the option set by a flag: `client.retry.cap` is `{ client: { retry: { cap } } }`. */
type OptionPath =
  | `client.${keyof ClientOptions}`
  | `client.${'retry' | 'tls'}.${string}`
  | `bulk.${keyof BulkOptions}`
  | `${'input' | 'defaults' | 'thresholds' | 'bench' | 'worker' | 'scenario' | 'server' | 'pages'}.${string}`

/**
 * One flag. The parser, `--help`, the environment variable, `docs/cli.md`, stored settings and the option that it sets
 * are all derived from this object.
 */
export interface Flag {
  /** `-c, --concurrency <n>` */
  readonly flag: string
  readonly group: (typeof flagGroups)[number]
  /** Starts with a verb or the subject; includes an example if the value has a format. */
  readonly help: string
  /** Shown in the help. A missing flag sets nothing, so that the library's default applies. */
  readonly default?: string
  readonly choices?: readonly string[]
  readonly isRepeatable?: true
  /** False if it cannot be set by the environment variable `SLUICE_...`. @default true */
  readonly hasVariable?: false
  readonly option?: OptionPath
  /** Converts the text to the option's value: a parser by name, because parsers depend on the library. */
  readonly parse?: keyof typeof parsers | ((value: string) => unknown)
  /** `session`: not stored with a run. `reading`: stored, and used when reading of the input resumes. @default 'run' */
  readonly scope?: 'session' | 'reading'
  /** Position of a literal secret in the value. */
  readonly secret?: 'header' | 'auth' | 'url' | 'oauth' | 'value'
  /** True if a second value is refused, because the first would be ignored. Other flags use the last one. */
  readonly isGivenOnce?: true
  /**
   * `path`: a file name. `output`: one with an optional format prefix. `reference`: text that may contain `file:PATH`.
   * Stored with absolute paths.
   */
  readonly names?: 'path' | 'output' | 'reference'
  /** True for a flag that `bench` has, too. @default false */
  readonly inBench?: true
  /** True for a flag that `gateway` has, too, common or per upstream. @default false */
  readonly inGateway?: true
  /** False if a profile cannot set it. @default true */
  readonly inProfile?: false
  /** Flags of which at least one is required; without them this one is refused, because it would have no effect. */
  readonly needs?: readonly string[]
  /** Reason why it is refused with `--detach`, and an alternative. */
  readonly detached?: string
}

/** Flags by camelCase long name. */
export type FlagTable = Readonly<Record<string, Flag>>

/** Flags that are always set, because commander fills them in: `--no-glob` is `glob`. */
type Negated<T extends FlagTable> = {
  [Name in keyof T]: T[Name]['flag'] extends `${string}--no-${string}`
    ? Name extends `no${Capitalize<string>}`
      ? never
      : Name
    : never
}[keyof T]

type NegationOnly<T extends FlagTable> = {
  [Name in keyof T]: T[Name]['flag'] extends `--no-${string}` ? Name : never
}[keyof T]

type Value<T extends FlagTable, Name extends keyof T> = T[Name]['flag'] extends `${string}[${string}`
  ? string | true
  : T[Name]['flag'] extends `${string}<${string}`
    ? T[Name]['isRepeatable'] extends true
      ? readonly string[]
      : `no${Capitalize<Name & string>}` extends keyof T
        ? string | false
        : string
    : T[Name]['isRepeatable'] extends true
      ? number
      : boolean

/** Types of the parsed flags of a table: text, lists of text, and switches. */
export type FlagsOf<T extends FlagTable> = { readonly [Name in Negated<T>]: boolean } & {
  readonly [Name in Exclude<keyof T, NegationOnly<T>>]?: Value<T, Name>
}

/** A table of flags, with the literal types that `FlagsOf` needs. */
export function flagTable<const T extends FlagTable>(table: T): T {
  return table
}

/** Long name with dashes: `--max-body`. */
export function longName({ flag }: Flag): string {
  return /--[a-z0-9-]+/.exec(flag)![0]
}

/** Name for messages: the short one if there is one. */
export function shownName({ flag }: Flag): string {
  return flag.split(/[ ,]/, 1)[0]!
}

/** Environment variable of a flag: `SLUICE_MAX_BODY` for `--max-body`. */
export function variableOf(flag: Flag): string | undefined {
  return flag.hasVariable === false ? undefined : `SLUICE_${longName(flag).slice(2).replaceAll('-', '_').toUpperCase()}`
}

/** True if a flag takes a value. */
export function takesValue({ flag }: Flag): boolean {
  return /[<[]/.test(flag)
}
