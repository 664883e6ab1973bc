import type { Writable } from 'node:stream'

/** Where the command writes, and what it may read of the world. */
export interface NewsIo {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable
  readonly env: NodeJS.ProcessEnv
}
