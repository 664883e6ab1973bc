import type { RunBar } from '@sluice/report'

/** Selects calls. Every condition that is given has to hold. */
export interface CallFilter {
  /** Text in the id or the URL, in upper or lower case. */
  readonly text?: string
  /** Final statuses or, without a status, error codes. */
  readonly endings?: readonly string[]
  /** True for only failed calls. */
  readonly isFailed?: boolean
  /** Position in the source of the one call that is wanted, with its headers. */
  readonly index?: number
  /** Position in the source after which a search goes on. */
  readonly after?: number
}

/** Part of the calls that match a filter. */
export interface FoundCalls {
  readonly calls: readonly FoundCall[]
  /** Position up to which all calls were looked at, for the next search; absent if there are no more calls. */
  readonly next?: number
}

export interface FoundCall {
  readonly call: RunBar
  /** Milliseconds from the start of the run to the end of the call. */
  readonly atMs: number
  /** Final status or, without a status, error code. */
  readonly ending: string
  /** URL, with credentials masked; absent if it is the id. */
  readonly url?: string
  /** Message of the error; absent for a success. */
  readonly message?: string
  /** Headers by name, with secrets masked; only for a call that was looked up by its index, if they were kept. */
  readonly requestHeaders?: Readonly<Record<string, string>>
  readonly responseHeaders?: Readonly<Record<string, string>>
}

const longestText = 200
const maxEndings = 20

/** Parses the query of a search. Returns an error message if it is invalid. */
export function callFilterOf(query: Readonly<Record<string, string>>): CallFilter | string {
  const { text = '', ending = '', failed, index, after } = query
  if (text.length > longestText) return `text: at most ${longestText} characters`
  const endings = ending.split(/[\s,]+/).filter((one) => one !== '')
  if (endings.length > maxEndings) return `status: at most ${maxEndings} statuses or codes`
  for (const number of [index, after]) {
    if (number !== undefined && !/^\d{1,15}$/.test(number)) return 'index: expected a whole number'
  }
  return {
    ...(text === '' ? undefined : { text }),
    ...(endings.length === 0 ? undefined : { endings: endings.flatMap(statusesOf) }),
    ...(failed === undefined ? undefined : { isFailed: true }),
    ...(index === undefined ? undefined : { index: Number(index) }),
    ...(after === undefined ? undefined : { after: Number(after) }),
  }
}

/** Statuses of a class such as `5xx`; codes are written in upper case. */
function statusesOf(ending: string): string[] {
  if (!/^[1-5]xx$/i.test(ending)) return [ending.toUpperCase()]
  return Array.from({ length: 100 }, (_, place) => String(Number(ending[0]) * 100 + place))
}
