/** A program to run. */
export interface HostRequest {
  /** Main file of the program. */
  readonly main: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: string
}

/** Result of a program. */
export interface HostResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Sent after a result if the program left no file, socket, timer or thread open. Otherwise the host exits. */
export const clean = 'clean'
