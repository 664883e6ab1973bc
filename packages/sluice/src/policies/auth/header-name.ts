import { SettingsError } from '../../errors/settings-error.ts'
import { mergeHeaders } from '../../http/headers.ts'

/** The name in lower case. @throws SettingsError that begins with `where` if it is no name, or one of the transport's own. */
export function checkedHeaderName(where: string, name: unknown): string {
  if (typeof name !== 'string') throw new SettingsError(`${where}: expected header to be a name`)
  try {
    return Object.keys(mergeHeaders({}, { [name]: 'x' }))[0]!
  } catch (error) {
    throw new SettingsError(`${where}: ${(error as Error).message}`)
  }
}

/** True if it can stand in a header as it is: visible ASCII, with spaces inside at most. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)
}
