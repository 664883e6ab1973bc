import { writeJson } from 'sluice/http'
import type { ResultWriter, Sink } from './stream-sink.ts'

/** Half of a surrogate pair, as `JSON.stringify` writes it, among other escapes that are passed over. */
const escapes = /\\(?:u(d[89a-f][0-9a-f]{2})|[^u]|u)/g

/**
 * A value as JSON text: with the digits of its numbers, and U+FFFD in place of half a surrogate pair, which DuckDB and others
 * refuse to read.
 */
export function jsonText(value: unknown): string | undefined {
  const text = writeJson(value)
  // Rare, and found fast: only halves of pairs are written with this.
  return text?.includes('\\ud') === true ? text.replace(escapes, wholeCharacter) : text
}

function wholeCharacter(found: string, half: string | undefined): string {
  return half === undefined ? found : '\ufffd'
}

/** One JSON object a line. */
export function jsonlWriter(sink: Sink): ResultWriter {
  return {
    write: (record) => sink.write(`${jsonText(record)}\n`),
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}
