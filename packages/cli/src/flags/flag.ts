import type { BulkOptions, ClientOptions } from 'sluice'
import type { parsers } from './values.ts'

/** The sections of `--help`, in their order. */
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

/** Path of the option that a flag sets: `client.retry.cap` is `{ client: { retry: { cap } } }`. */
type OptionPath =
  | `client.${keyof ClientOptions}`
  | `client.${'retry' | 'tls'}.${string}`
  | `bulk.${keyof BulkOptions}`
  | `${'input' | 'defaults' | 'thresholds' | 'bench' | 'worker' | 'scenario' | 'server' | 'pages'}.${string}`

/**
 * One flag, and all there is to know of it: the parser, `--help`, the environment variable, `docs/cli.md`, what a stored run keeps,
 * and the option that it sets are made from this object.
 */
export interface Flag {
  /** `-c, --concurrency <n>` */
  readonly flag: string
  readonly group: (typeof flagGroups)[number]
  /** A verb first, or the thing itself; with an example where the value has a form. */
  readonly help: string
  /** Shown in the help. Absent flags set nothing: the library's default holds. */
  readonly default?: string
  readonly choices?: readonly string[]
  readonly isRepeatable?: true
  /** True if the environment variable `SLUICE_...` sets it too. @default true */
  readonly hasVariable?: false
  readonly option?: OptionPath
  /** Makes the option's value of what was typed: one of the parsers, by its name, because they need the library. */
  readonly parse?: keyof typeof parsers | ((value: string) => unknown)
  /** `session`: not kept with a stored run. `reading`: kept, and used when reading the input goes on. @default 'run' */
  readonly scope?: 'session' | 'reading'
  /** Where a typed secret may be in the value. */
  readonly secret?: 'header' | 'auth' | 'url' | 'oauth' | 'value'
  /** True if a second value is refused, because the first would be without effect. Other flags take the last one. */
  readonly isGivenOnce?: true
  /**
   * `path`: a file's name. `output`: one that may have a format in front. `reference`: text in which `file:PATH` may stand. A
   * stored run keeps them absolute.
   */
  readonly names?: 'path' | 'output' | 'reference'
  /** True if `bench` has it too. @default false */
  readonly inBench?: true
  /** True if `gateway` has it too, and each of its upstreams may have its own. @default false */
  readonly inGateway?: true
  /** True if a profile may set it. @default true */
  readonly inProfile?: false
  /** Flags of which one must be given too: without them this one is refused, because it has no effect. */
  readonly needs?: readonly string[]
  /** Why it is refused with `--detach`, and what to do instead. */
  readonly detached?: string
}

/** Flags by the camelCase of their long names. */
export type FlagTable = Readonly<Record<string, Flag>>

/** Flags that are always there, because commander fills them in: `--no-glob` is `glob`. */
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

/** Typed values for the flags of a table: text, lists of text, and switches. */
export type FlagsOf<T extends FlagTable> = { readonly [Name in Negated<T>]: boolean } & {
  readonly [Name in Exclude<keyof T, NegationOnly<T>>]?: Value<T, Name>
}

/** A table of flags, with the types that `FlagsOf` needs. */
export function flagTable<const T extends FlagTable>(table: T): T {
  return table
}

/** The long name with its dashes: `--max-body`. */
export function longName({ flag }: Flag): string {
  return /--[a-z0-9-]+/.exec(flag)![0]
}

/** The name to use in messages: the short one where there is one. */
export function shownName({ flag }: Flag): string {
  return flag.split(/[ ,]/, 1)[0]!
}

/** The environment variable that sets a flag: `SLUICE_MAX_BODY` for `--max-body`. */
export function variableOf(flag: Flag): string | undefined {
  return flag.hasVariable === false ? undefined : `SLUICE_${longName(flag).slice(2).replaceAll('-', '_').toUpperCase()}`
}

/** True if a flag takes a value. */
export function takesValue({ flag }: Flag): boolean {
  return /[<[]/.test(flag)
}
