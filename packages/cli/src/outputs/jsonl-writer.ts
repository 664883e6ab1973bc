import { jsonText } from './json-text.ts'
import type { ResultWriter, Sink } from './result-writer.ts'

/** One JSON object a line. */
export function jsonlWriter(sink: Sink): ResultWriter {
  return {
    write: (record) => sink.write(`${jsonText(record)}\n`),
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}
