import { createRequire } from 'node:module'
import type { ReadStream, WriteStream } from 'node:tty'

/** Streams and environment of a command: passed in, so that tests can give others. */
export interface Io {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
  readonly env: NodeJS.ProcessEnv
}

/** Version of this package. */
export const version: string = (createRequire(import.meta.url)('../package.json') as { readonly version: string })
  .version

/** Result of running the program. */
export interface Outcome {
  exitCode: number
}
