/** A program to run, to the end. */
export interface HostRequest {
  /** The file that Node would be started with. */
  readonly main: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: string
}

/** The end of a program. */
export interface HostResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Sent after a result if the program left nothing behind: no file, socket, timer or thread. Without it the host ends. */
export const clean = 'clean'
