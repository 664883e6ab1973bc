/** Where results go. Errors are OutputErrors, or a ClosedPipeError if nobody reads any more. */
export interface ResultWriter {
  /** Writes one record. A promise means that no more should come before it is done. */
  write(record: object): Promise<void> | void
  /** Writes what is left and puts the result in its place. Only after this is it whole. */
  close(): Promise<void>
  /** Stops early. What was written stays; a file keeps its provisional name. Never rejects. */
  abort(): Promise<void>
}

/** A writer, and the file that an abort leaves behind: nothing for stdout and for `--append`. */
export interface OpenedWriter {
  readonly writer: ResultWriter
  readonly path: string
  readonly partPath: string | undefined
}

/** Where text or bytes go: what a ResultWriter writes to. */
export interface Sink {
  /** The file, or `stdout`. */
  readonly path: string
  /** What an abort leaves behind; nothing if it leaves nothing of its own. */
  readonly partPath: string | undefined
  write(data: string | Uint8Array): Promise<void> | void
  close(): Promise<void>
  abort(): Promise<void>
  /** Why something could not be written; known for certain after a close or an abort. */
  failure(): Error | undefined
}
