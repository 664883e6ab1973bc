import type { FoundCall } from '@sluice/dashboard'
import type { RunBar } from '@sluice/report'
import { redactHeaders, redactUrl } from 'sluice/http'
import { longestText, shownText } from './shown-text.ts'

/** Maximum number of calls in an answer to a search. */
export const maxFound = 50
/** Maximum number of headers shown of a call. */
const maxHeaders = 60

/** A found call, with texts that are masked already. */
export function foundCall(
  call: RunBar,
  atMs: number,
  {
    status,
    error,
    id,
    url,
  }: { status?: number | undefined; error?: { code: string } | undefined; id: string; url?: string | undefined },
  message: string | undefined,
): FoundCall {
  return {
    call,
    atMs,
    ending: String(status ?? error?.code ?? 'unknown'),
    ...(url === undefined || url === id ? undefined : { url: url.slice(0, longestText) }),
    ...(message === undefined ? undefined : { message: message.slice(0, longestText) }),
  }
}

/** Headers with a URL as their value, which may be relative. */
const hasUrl = /^(?:content-)?location$|^referer$/i

/** Headers of a call, bounded; those with secret names are masked, and the secrets in all others. */
export function foundHeaders(
  headers: Readonly<Record<string, string>>,
  redact: (text: string) => string,
): Record<string, string> {
  const shown = Object.entries(headers).slice(0, maxHeaders)
  return Object.fromEntries(
    Object.entries(redactHeaders(Object.fromEntries(shown))).map(([name, value]) => [
      name.slice(0, longestText),
      shownText(redact, hasUrl.test(name) ? redactUrl(value) : value),
    ]),
  )
}
