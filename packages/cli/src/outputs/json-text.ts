import { writeJson } from 'sluice/http'
import type { ResultWriter, Sink } from './stream-sink.ts'

/** Escapes in JSON text; the first group matches half a surrogate pair, as `JSON.stringify` writes it. */
const escapes = /\\(?:u(d[89a-f][0-9a-f]{2})|[^u]|u)/g

/**
 * JSON text of a value: numbers keep their digits, and U+FFFD replaces half a surrogate pair, which DuckDB and others
 * reject.
 */
export function jsonText(value: unknown): string | undefined {
  const text = writeJson(value)
  // A fast check for a rare case: only halves of pairs are written like this.
  return text?.includes('\\ud') === true ? text.replace(escapes, wholeCharacter) : text
}

function wholeCharacter(found: string, half: string | undefined): string {
  return half === undefined ? found : '\ufffd'
}

/** Writes one JSON object per line. */
export function jsonlWriter(sink: Sink): ResultWriter {
  return {
    write: (record) => sink.write(`${jsonText(record)}\n`),
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}
