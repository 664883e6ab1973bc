import { createRequire } from 'node:module'
import type { ReadStream, WriteStream } from 'node:tty'

/** Streams and environment of a command: passed in, so that tests can give others. */
export interface Io {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
  readonly env: NodeJS.ProcessEnv
}

const manifest = createRequire(import.meta.url)('../package.json') as {
  readonly version: string
  readonly engines: { readonly node: string }
}

/** Version of this package. */
export const version: string = manifest.version

/** Oldest version of Node that is supported, such as `22.19`. */
export const engine: string = manifest.engines.node.replace('>=', '')

/** Result of running the program. */
export interface Outcome {
  exitCode: number
}
