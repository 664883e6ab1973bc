import { showText } from './decode-text.ts'
import { parseJson } from './json/parse-json.ts'
import type { ApiResponse } from './response.ts'

/** Problem details of the server (RFC 9457). Every field is optional and untrusted. */
export type ProblemDetails = {
  readonly problem: {
    /** URI of the problem type. */
    readonly type?: string
    /** Summary of the problem type, for people. */
    readonly title?: string
    readonly status?: number
    /** Explanation of this occurrence, for people. */
    readonly detail?: string
    /** URI of this occurrence. */
    readonly instance?: string
    /** Extension members of the API. */
    readonly [extension: string]: unknown
  }
}['problem']

const kinds = { type: 'string', title: 'string', status: 'number', detail: 'string', instance: 'string' } as const

/** Parses the problem of a response in `application/problem+json`. Members of the wrong type are omitted. */
export function parseProblem({ headers, body }: ApiResponse): ProblemDetails | undefined {
  if (!/^\s*application\/problem\+json\s*(;|$)/i.test(headers['content-type'] ?? '')) return undefined
  try {
    const value = parseJson(showText(body, headers['content-type'] ?? ''))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const isFit = ([name, member]: [string, unknown]): boolean =>
      !Object.hasOwn(kinds, name) || typeof member === kinds[name as keyof typeof kinds]
    return Object.fromEntries(Object.entries(value).filter(isFit))
  } catch {
    return undefined
  }
}
