import { formatDuration, type SluiceEvent } from 'sluice'
import { redactHeaders } from 'sluice/http'
import { changeText } from '../figures/change-text.ts'
import type { Redact } from '../outputs/redactor.ts'
import { levelOf } from './log-file.ts'
import { cleanText } from './text.ts'

export interface AttemptLineOptions {
  /** True to include request headers, credentials masked. */
  readonly headers: boolean
  readonly redact: Redact
  readonly write: (line: string) => void
  /** @default Date.now */
  readonly now?: () => number
}

/** Reports each attempt in one or two lines, for `-v`. */
export function attemptLines(options: AttemptLineOptions): (event: SluiceEvent) => void {
  const { headers, redact, write, now = Date.now } = options
  return (event) => {
    const request = 'request' in event ? event.request : undefined
    const start = `${timeOfDay(now())} ${levelOf(event).padEnd(5)}`
    const say = (text: string): void => write(`${start} ${cleanText(redact(text, request))}`)
    switch (event.type) {
      case 'attempt.started':
        say(`> ${event.request.method} ${event.request.url} (attempt ${event.attempt})`)
        if (headers) {
          for (const [name, value] of Object.entries(redactHeaders(event.request.headers))) say(`>   ${name}: ${value}`)
        }
        return
      case 'attempt.settled': {
        const result = event.status ?? event.error?.code ?? event.verdict
        const why = event.error === undefined ? '' : `: ${event.error.message}`
        say(`< ${result} ${event.request.url} after ${formatDuration(event.duration)}, ${event.verdict}${why}`)
        return
      }
      case 'retry.scheduled':
        say(`. ${event.request.url}: attempt ${event.attempt} in ${formatDuration(event.delay)}`)
        return
      case 'redirect.followed':
        say(`. ${event.request.url}: ${event.status}, on to ${event.to}`)
        return
      // Already reported as warnings.
      case 'key.refused':
      case 'local.limited':
        return
      default: {
        const text = changeText(event)
        if (text !== undefined) say(`. ${text}`)
      }
    }
  }
}

/** Local time with milliseconds: `09:05:01.042`. */
function timeOfDay(at: number): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
