import { createRequire } from 'node:module'
import type { ReadStream, WriteStream } from 'node:tty'

/** Streams and environment of a command. They are parameters so that tests can replace them. */
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

/** Oldest supported version of Node, for example `22.19`. */
export const engine: string = manifest.engines.node.replace('>=', '')

/** Result of running the program. */
export interface Outcome {
  exitCode: number
}
