import { SettingsError } from 'sluice'
import { token } from './request-fields.ts'

/** A header's name and what its value is: text or a reference for `resolveSecret`; `undefined` takes the header back. */
export type HeaderOption = readonly [name: string, value: string | undefined]

/**
 * Reads `Name: value` as curl does: `Name:` takes back a header that would be added, `Name;` sends it empty.
 *
 * @throws SettingsError that never shows more than the name, because the rest may be a secret.
 */
export function parseHeader(text: string): HeaderOption {
  const colon = text.indexOf(':')
  if (colon === -1) {
    const empty = /^\s*([^\s;]+);\s*$/.exec(text)
    if (empty !== null && token.test(empty[1]!)) return [empty[1]!, '']
    throw new SettingsError(
      "header: there is no colon; write 'Name: value', 'Name:' to leave one out, 'Name;' for an empty one",
    )
  }
  const name = trimBlanks(text.slice(0, colon))
  if (name === '') throw new SettingsError("header: there is no name before the colon; write 'Name: value'")
  if (!token.test(name)) {
    throw new SettingsError("header: the name may have letters, digits and any of !#$%&'*+.^_`|~- but no blanks")
  }
  const value = trimBlanks(text.slice(colon + 1))
  return [name, value === '' ? undefined : value]
}

/** Line breaks are not blanks here: they are left to be refused. */
function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '')
}
