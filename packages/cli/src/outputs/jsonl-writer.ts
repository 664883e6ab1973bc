import type { ResultWriter, Sink } from './result-writer.ts'

/** One JSON object a line. */
export function jsonlWriter(sink: Sink): ResultWriter {
  return {
    write: (record) => sink.write(`${JSON.stringify(record)}\n`),
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}
