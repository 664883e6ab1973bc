import { SettingsError } from '../../errors/settings-error.ts'
import { mergeHeaders } from '../../http/headers.ts'

/** Returns the name in lower case. @throws SettingsError that starts with `where` if it is invalid or reserved. */
export function checkedHeaderName(where: string, name: unknown): string {
  if (typeof name !== 'string') throw new SettingsError(`${where}: expected header to be a name`)
  try {
    return Object.keys(mergeHeaders({}, { [name]: 'x' }))[0]!
  } catch (error) {
    throw new SettingsError(`${where}: ${(error as Error).message}`)
  }
}

/** True if the text is a valid header value: visible ASCII, with spaces only inside. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)
}
