import { type RequestSpec, SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'

/** Where an input came from. */
export interface Where {
  /** `argument 2`, `requests.jsonl`, `stdin` */
  readonly source: string
  /** From 1. An argument has none. */
  readonly line?: number
}

/** One input: a request that can be sent, or what is wrong with it. */
export type InputItem =
  | { readonly ok: true; readonly request: RequestSpec; readonly where: Where }
  | {
      readonly ok: false
      readonly id: string
      readonly error: SettingsError
      readonly where: Where
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
