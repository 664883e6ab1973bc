import { JsonTooDeepError } from 'sluice/internal'

/**
 * What is wrong with JSON text, for messages: the platform's words without the piece of the text that they quote, because
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
