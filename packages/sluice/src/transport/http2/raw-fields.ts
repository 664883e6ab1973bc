import { joinHeaders } from '../answer.ts'

/** Headers by name, without pseudo-headers, from a flat list of names and values. */
export function rawFields(raw: readonly string[], keepsRepeated: boolean): Record<string, string> {
  const fields: Record<string, string> = {}
  let repeated: Record<string, string[]> | undefined
  for (let index = 0; index < raw.length; index += 2) {
    const [name, value] = [raw[index]!, raw[index + 1]!]
    if (name.startsWith(':')) continue
    if (Object.hasOwn(fields, name)) {
      repeated ??= {}
      repeated[name] = [...(Object.hasOwn(repeated, name) ? repeated[name]! : [fields[name]!]), value]
    } else fields[name] = value
  }
  return repeated === undefined ? fields : Object.assign(fields, joinHeaders(repeated, keepsRepeated))
}
