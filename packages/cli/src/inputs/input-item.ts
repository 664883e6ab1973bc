import { type RequestSpec, SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { JsonTooDeepError } from 'sluice/internal'
import type { InputColumns } from './input-columns.ts'
import type { TextLine } from './text-lines.ts'

/** Origin of an input, for messages. */
export interface Where {
  /** `argument 2`, `requests.jsonl` or `stdin` */
  readonly source: string
  /** Line number from 1; undefined for an argument. */
  readonly line?: number
}

/** One input: a valid request, or an error. */
export type InputItem =
  | {
      readonly ok: true
      readonly request: RequestSpec
      readonly where: Where
      /** Columns of the row. */
      readonly columns?: InputColumns
      /** Number of requests to this host that it represents, if inputs are only counted. */
      readonly count?: number
    }
  | {
      readonly ok: false
      readonly id: string
      readonly error: SettingsError
      readonly where: Where
      readonly columns?: InputColumns
      /** True if it is well-formed but cannot be handled: it fails, but never stops the reading. */
      readonly failsAlone?: boolean
    }

/** `requests.jsonl:17`, `stdin:5`, `argument 2`. */
export function showWhere(where: Where): string {
  return where.line === undefined ? where.source : `${where.source}:${where.line}`
}

/** Error of an input, prefixed with its origin. */
export function inputError(where: Where, message: string): SettingsError {
  return new SettingsError(`${showWhere(where)}: ${message}`, 'SLUICE_BAD_INPUT')
}

/** An input that cannot be sent. Without an id it is named after its origin. */
export function badItem(
  where: Where,
  message: string,
  id: string = showWhere(where),
): Extract<InputItem, { readonly ok: false }> {
  return { ok: false, id, error: inputError(where, message), where }
}

/** URL for messages: credentials masked, length bounded. */
export function maskUrl(text: string): string {
  const masked = redactUrl(text)
  return masked.length <= 200 ? masked : `${masked.slice(0, 199)}…`
}

/** Quoted URL for messages. */
export function showUrl(text: string): string {
  return JSON.stringify(maskUrl(text))
}

/**
 * Error message for invalid JSON: the platform's message without the piece of text that it quotes, because
 * that may contain a secret.
 */
export function jsonProblem(error: unknown): string {
  if (error instanceof JsonTooDeepError) return error.message
  const message = error instanceof Error ? error.message : ''
  const column = /at position (\d+)/.exec(message)?.[1]
  const said =
    /^(Unterminated string|Unexpected end of JSON input|Unexpected token|Expected [^.]{1,60}? in JSON|Bad [a-z ]+)/.exec(
      message,
    )?.[1]
  const place = column === undefined ? '' : ` at column ${Number(column) + 1}`
  return said === undefined
    ? `not valid JSON${place}`
    : `not valid JSON: ${said.replace(/ in JSON$/, '').toLowerCase()}${place}`
}

/** Turns lines into inputs. One per source, because some formats depend on earlier lines. */
export interface LineReader {
  /** Inputs in these lines, or completed by them. Must be consumed before the next call. */
  lines(lines: readonly TextLine[]): Iterable<InputItem>
  /** Input that is incomplete until the source ends. */
  end(): InputItem | undefined
  /** True if reading could resume after these lines without the last of them. */
  readonly isBetween: boolean
  /**
   * Reads what it needs from the start of the source, such as the header of a table, when the lines to
   * be read come from further on. Returns true when it knows enough.
   */
  begin(lines: readonly TextLine[]): boolean
}

/** Reader of a format in which every line is an input of its own, or none. */
export function lineByLine(read: (line: TextLine) => InputItem | undefined): LineReader {
  return {
    *lines(lines) {
      for (const line of lines) {
        const item = read(line)
        if (item !== undefined) yield item
      }
    },
    end: () => undefined,
    isBetween: true,
    begin: () => true,
  }
}
