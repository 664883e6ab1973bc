/** The sections of `--help`, in their order. */
export const optionGroups = [
  'Measurement',
  'Input',
  'Request',
  'Limits',
  'Patience',
  'Store',
  'Output',
  'Display',
  'Connection',
  'Other',
] as const
type OptionGroup = (typeof optionGroups)[number]

/** One flag. The parser, `--help`, the environment and `docs/cli.md` are made from it. */
export interface OptionSpec {
  /** `-c, --concurrency <n>` */
  readonly flags: string
  readonly group: OptionGroup
  readonly description: string
  /** As shown; the value itself comes from whoever reads the flag. */
  readonly default?: string
  /** May be given several times. */
  readonly isRepeatable?: boolean
  readonly choices?: readonly string[]
  /** Whether `SLUICE_…` sets it too. @default true */
  readonly hasTwin?: boolean
}

/** A flag for each property of `Flags`: leaving one out, or inventing one, is a type error. */
export type OptionTable<Flags> = { readonly [Name in keyof Flags]-?: OptionSpec }

/** The environment variable that sets a flag: `SLUICE_MAX_BODY` for `--max-body`. */
export function twinOf(spec: OptionSpec): string | undefined {
  if (spec.hasTwin === false) return undefined
  const long = /--(?:no-)?([a-z0-9-]+)/.exec(spec.flags)?.[1] ?? ''
  const isNegated = spec.flags.includes('--no-')
  return `SLUICE_${isNegated ? 'NO_' : ''}${long.replaceAll('-', '_').toUpperCase()}`
}
