import type { Redact } from '../outputs/redactor.ts'

/** Maximum length of a text in figures, such as a URL, a header or the message of an error. */
export const longestText = 300

/** Text of a call for figures: its secrets masked, and only then cut, because half a secret would not be recognised. */
export function shownText(redact: Redact, text: string, request?: Parameters<Redact>[1]): string {
  return redact(text, request).slice(0, longestText)
}
