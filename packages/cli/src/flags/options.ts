import { SettingsError } from 'sluice'
import { type FlagTable, longName, shownName } from './flag.ts'
import { parsers } from './values.ts'

/** An object of options, or a part of it. */
interface Options {
  readonly [name: string]: unknown
}

/**
 * Options set by these flags. Flags for the same option are combined: lists are concatenated, objects merged.
 *
 * @throws SettingsError with the flag, the expected and the actual value
 */
export function optionsOf(table: FlagTable, flags: object): Options {
  let options: Options = {}
  for (const [name, flag] of Object.entries(table)) {
    const given = (flags as Options)[name]
    if (given === undefined || flag.option === undefined) continue
    const parse = typeof flag.parse === 'string' ? parsers[flag.parse] : flag.parse
    const value = parse === undefined ? given : parse(given as never, longName(flag))
    options = merged(
      options,
      flag.option.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Options,
    )
  }
  return options
}

/** @throws SettingsError for a flag without effect, because the flags that it requires are missing */
export function checkNeeds(table: FlagTable, flags: object): void {
  const given = flags as Options
  for (const [name, flag] of Object.entries(table)) {
    const { needs = [] } = flag
    if (!isGiven(given[name]) || needs.length === 0 || needs.some((other) => isGiven(given[other]))) continue
    const others = needs.map((other) => longName(table[other]!)).join(' or ')
    throw new SettingsError(`${shownName(flag)} has no effect without ${others}`)
  }
}

/** False for a switch that a settings file turns off. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false
}

/** Runs `work`, replacing option names with flag names in messages of the library: `--proxy: ...` for `proxy: ...`. */
export function namingFlags<T>(table: FlagTable, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const [, option] = (error instanceof SettingsError && /^([a-zA-Z.]+): /.exec(error.message)) || []
    const name = option?.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase())
    const found = Object.entries(table).find(([key, flag]) => key === name || flag.option === `client.${option}`)
    if (found === undefined || option === undefined) throw error
    throw new SettingsError((error as Error).message.replace(option, longName(found[1])).replace(/ \(string\)$/, ''))
  }
}

/** Deep merge of two objects. */
export function merged(one: Options, other: Options): Options {
  const result: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const before = result[name]
    if (Array.isArray(before) && Array.isArray(value)) result[name] = [...before, ...value]
    else result[name] = isPlain(before) && isPlain(value) ? merged(before, value) : value
  }
  return result
}

/** True for a plain object: not a list or a class instance. */
export function isPlain(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
