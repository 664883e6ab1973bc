import { type RequestSpec, SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { JsonTooDeepError } from 'sluice/internal'
import type { InputColumns } from './input-columns.ts'
import type { TextLine } from './text-lines.ts'

/** Where an input came from. */
export interface Where {
  /** `argument 2`, `requests.jsonl`, `stdin` */
  readonly source: string
  /** From 1. An argument has none. */
  readonly line?: number
}

/** One input: a request that can be sent, or what is wrong with it. */
export type InputItem =
  | {
      readonly ok: true
      readonly request: RequestSpec
      readonly where: Where
      /** Columns of a row. */
      readonly columns?: InputColumns
      /** How many requests to this host it stands for, where inputs are only counted. */
      readonly count?: number
    }
  | {
      readonly ok: false
      readonly id: string
      readonly error: SettingsError
      readonly where: Where
      readonly columns?: InputColumns
      /** It is not misspelt, but cannot be handled: it fails, and never stops the reading. */
      readonly failsAlone?: boolean
    }

/** `requests.jsonl:17`, `stdin:5`, `argument 2`. */
export function showWhere(where: Where): string {
  return where.line === undefined ? where.source : `${where.source}:${where.line}`
}

/** The error of an input, with its place in front of the message. */
export function inputError(where: Where, message: string): SettingsError {
  return new SettingsError(`${showWhere(where)}: ${message}`, 'SLUICE_BAD_INPUT')
}

/** An input that cannot be sent. Without an id of its own it is named by its place. */
export function badItem(
  where: Where,
  message: string,
  id: string = showWhere(where),
): Extract<InputItem, { readonly ok: false }> {
  return { ok: false, id, error: inputError(where, message), where }
}

/** A URL as it may be shown: credentials masked, not too long. */
export function maskUrl(text: string): string {
  const masked = redactUrl(text)
  return masked.length <= 200 ? masked : `${masked.slice(0, 199)}…`
}

/** The same in quotes, for messages. */
export function showUrl(text: string): string {
  return JSON.stringify(maskUrl(text))
}

/**
 * Problem of JSON text, for messages: the platform's words without the piece of the text that they quote, because
 * that piece may hold a secret.
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

/** Makes inputs of lines. One for each source, because some formats remember the lines before. */
export interface LineReader {
  /** The inputs that these lines are or complete. To be read to its end before the next lines. */
  lines(lines: readonly TextLine[]): Iterable<InputItem>
  /** The input that is left when the source has ended. */
  end(): InputItem | undefined
  /** True if it could go on after these lines without knowing the last of them. */
  readonly isBetween: boolean
  /**
   * Takes what it has to know from lines at the beginning of the source, such as the header of a table, when the lines to
   * be read come from further on. Answers whether it knows enough.
   */
  begin(lines: readonly TextLine[]): boolean
}

/** A reader of a format in which every line is by itself: an input, or nothing. */
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
