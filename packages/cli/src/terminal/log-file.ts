import { closeSync, openSync, writeSync } from 'node:fs'
import type { SluiceEvent } from 'sluice'
import { redactHeaders } from 'sluice/http'
import { jsonText } from '../outputs/json-text.ts'
import { type ClosedPipeError, OutputError, openError, writeError } from '../outputs/output-errors.ts'
import type { Redact } from '../outputs/redactor.ts'

/** Log file of a run. */
export interface LogFile {
  /** Returns a listener that writes events, with secrets masked. */
  listenerWith(redact: Redact): (event: SluiceEvent) => void
  /** Writes one line with `level`, the time and all other fields of the record. */
  write(record: Readonly<Record<string, unknown>>): void
  /** Closes the log. Returns the error that ended it early, if any. */
  close(): OutputError | undefined
}

/**
 * Opens a log of JSON lines. When the disk is full the log ends, but the run continues.
 *
 * @throws SettingsError if the file cannot be written
 */
export function openLogFile(path: string): LogFile {
  const destination = openDestination(path)
  const write = ({ level, ...fields }: Readonly<Record<string, unknown>>): void =>
    destination.write(`${jsonText({ level, time: Date.now(), ...fields })}\n`)
  return {
    write,
    listenerWith: (redact) => (event) => write({ level: levelOf(event), ...fieldsOf(event, redact), msg: event.type }),
    close: () => destination.close(),
  }
}

/** Opens a file to which each line is written synchronously, so that a crash loses none. */
function openDestination(path: string): { write(line: string): void; close(): OutputError | undefined } {
  let fd: number
  try {
    fd = openSync(path, 'a')
  } catch (error) {
    throw openError(path, error)
  }
  let failure: OutputError | ClosedPipeError | undefined
  const attempt = (work: () => void): void => {
    try {
      if (failure === undefined) work()
    } catch (error) {
      failure = writeError(path, error)
    }
  }
  return {
    write: (line) => attempt(() => writeAll(fd, Buffer.from(line))),
    close: () => {
      attempt(() => closeSync(fd))
      return failure instanceof OutputError ? failure : undefined
    },
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/** Log level of an event, also used for the lines of `-v`. */
export function levelOf(event: SluiceEvent): 'debug' | 'info' | 'warn' {
  if (event.type === 'call.settled') return event.ok ? 'info' : 'warn'
  if (event.type === 'attempt.settled') return event.verdict === 'success' ? 'debug' : 'warn'
  return event.type === 'retry.scheduled' || event.type === 'partition.paused' ? 'info' : 'debug'
}

function fieldsOf(event: SluiceEvent, redactAny: Redact): Record<string, unknown> {
  const { type: _type, at, ...rest } = event
  const request = 'request' in event ? event.request : undefined
  const redact = (text: string): string => redactAny(text, request)
  const fields: Record<string, unknown> = { at: Math.round(at * 10) / 10 }
  for (const [name, value] of Object.entries(rest)) {
    if (name === 'request' && request !== undefined) {
      const { id, method, url, headers } = request
      const shown = Object.entries(redactHeaders(headers)).map(([header, text]) => [header, redact(text)])
      fields.request = { id: redact(id), method, url: redact(url), headers: Object.fromEntries(shown) }
    } else if (value instanceof Error) {
      fields.error = { code: 'code' in value ? value.code : value.name, message: redact(value.message) }
    } else {
      fields[name] = redacted(value, redact)
    }
  }
  return fields
}

/** Copy of a value with secrets masked in every string in it. */
function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, redact)]))
}
