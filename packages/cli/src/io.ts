import { createRequire } from 'node:module'
import type { ReadStream, WriteStream } from 'node:tty'

/** The world around a command: the only way to it, so that tests can give another one. */
export interface Io {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
  readonly env: NodeJS.ProcessEnv
}

/** Of this package. */
export const version: string = (createRequire(import.meta.url)('../package.json') as { readonly version: string })
  .version

/** What a run of the program came to. */
export interface Outcome {
  exitCode: number
}
