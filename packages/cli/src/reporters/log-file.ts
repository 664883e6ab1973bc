import type { SluiceEvent } from 'sluice'
import { redactHeaders } from 'sluice/http'
import { openError } from '../outputs/output-errors.ts'

/** A log that everything that happens is written to. */
export interface LogFile {
  /** What writes to it, with secrets masked in its own way. */
  listenerWith(redact: (text: string) => string): (event: SluiceEvent) => void
  close(): void
}

/** Opens a log of JSON lines (pino). @throws SettingsError if it cannot be written. */
export async function openLogFile(path: string): Promise<LogFile> {
  const { default: pino } = await import('pino')
  let destination: ReturnType<typeof pino.destination>
  try {
    destination = pino.destination({ dest: path, sync: true, append: true })
  } catch (error) {
    throw openError(path, error)
  }
  const log = pino({ base: null, level: 'debug' }, destination)
  return {
    listenerWith: (redact) => (event) => log[levelOf(event)](fieldsOf(event, redact), event.type),
    close: () => {
      destination.flushSync()
      destination.end()
    },
  }
}

function levelOf(event: SluiceEvent): 'debug' | 'info' | 'warn' {
  if (event.type === 'call.settled') return event.ok ? 'info' : 'warn'
  if (event.type === 'attempt.settled') return event.verdict === 'success' ? 'debug' : 'warn'
  return event.type === 'retry.scheduled' || event.type === 'partition.paused' ? 'info' : 'debug'
}

function fieldsOf(event: SluiceEvent, redact: (text: string) => string): Record<string, unknown> {
  const { type: _type, at, ...rest } = event
  const fields: Record<string, unknown> = { at: Math.round(at * 10) / 10 }
  for (const [name, value] of Object.entries(rest)) {
    if (name === 'request') {
      const { id, method, url, headers } = (event as Extract<SluiceEvent, { request: unknown }>).request
      const shown = Object.entries(redactHeaders(headers)).map(([header, text]) => [header, redact(text)])
      fields.request = { id: redact(id), method, url: redact(url), headers: Object.fromEntries(shown) }
    } else if (value instanceof Error) {
      fields.error = { code: 'code' in value ? value.code : value.name, message: redact(value.message) }
    } else {
      fields[name] = typeof value === 'string' ? redact(value) : value
    }
  }
  return fields
}
