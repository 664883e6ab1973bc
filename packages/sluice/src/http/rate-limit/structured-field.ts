import { parseDictionary, parseList, Token } from 'structured-headers'

/** Member of a structured list: its value, and its parameters by name. */
export interface ListItem {
  readonly value: unknown
  readonly parameters: ReadonlyMap<string, unknown>
}

/**
 * Parses the items of a structured list (RFC 9651 section 3.1), without inner lists. Empty if the field is malformed:
 * then all of it must be ignored (section 4.2).
 */
export function listItems(field: string | undefined): readonly ListItem[] {
  const members = field === undefined ? [] : (orNothing(() => parseList(field)) ?? [])
  return members
    .filter(([value]) => !Array.isArray(value))
    .map(([value, parameters]) => ({ value: plain(value), parameters }))
}

/** Members of a structured dictionary (RFC 9651 section 3.2), without their parameters; empty if it is malformed. */
export function dictionaryMembers(field: string | undefined): ReadonlyMap<string, unknown> {
  const members = field === undefined ? undefined : orNothing(() => parseDictionary(field))
  return new Map(Array.from(members ?? [], ([key, [value]]) => [key, plain(value)]))
}

/** True for a whole number of at least `least`. */
export function isWhole(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least
}

/** Converts a token to a string: some early implementations omit the quotation marks. */
function plain(value: unknown): unknown {
  return value instanceof Token ? value.toString() : value
}

function orNothing<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
