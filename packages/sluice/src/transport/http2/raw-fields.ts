import { joinHeaders } from '../answer.ts'

/** Headers by name, from a flat list of names and values. */
export function rawFields(raw: readonly string[], keepsRepeated: boolean): Record<string, string> {
  const fields: Record<string, string | string[]> = {}
  for (let index = 0; index < raw.length; index += 2) {
    const [name, value] = [raw[index]!, raw[index + 1]!]
    const known = fields[name]
    if (known === undefined) fields[name] = value
    else if (typeof known === 'string') fields[name] = [known, value]
    else known.push(value)
  }
  return joinHeaders(fields, keepsRepeated)
}
