import type { ReadStream, WriteStream } from 'node:tty'

/** The world around a command: the only way to it, so that tests can give another one. */
export interface Io {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
  readonly env: NodeJS.ProcessEnv
}
