import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { SettingsError, SluiceError } from 'sluice'
import { messageOf } from 'sluice/internal'

/** Results could not be written: the disk is full, or similar. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  /** Path of the file, or `stdout`. */
  readonly path: string

  constructor(path: string, message: string, cause?: unknown) {
    super(`${path}: ${message}`, cause === undefined ? undefined : { cause })
    this.path = path
  }
}

/** The reader of the output has gone, as `head` does when it has enough. Not a failure: the command ends quietly. */
export class ClosedPipeError extends Error {
  override readonly name = 'ClosedPipeError'

  constructor(path: string, cause?: unknown) {
    super(`${path}: the reader closed the pipe`, cause === undefined ? undefined : { cause })
  }
}

/** Error of a write to `path`, with a message that says what to do. */
export function writeError(path: string, error: unknown): OutputError | ClosedPipeError {
  if (error instanceof OutputError || error instanceof ClosedPipeError) return error
  const { code = '', message } = problemOf(error)
  if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED')
    return new ClosedPipeError(path, error)
  if (code === 'ENOENT')
    return new OutputError(path, 'the unfinished file or its folder was removed while it was written; run again', error)
  return new OutputError(path, problems.get(code)?.(path) ?? `cannot be written: ${message}`, error)
}

/** Error of opening an output: before anything is written, a wrong name is the caller's mistake. */
export function openError(path: string, error: unknown): SettingsError {
  if (error instanceof SettingsError) return error
  const { code = '', message } = problemOf(error)
  return new SettingsError(`${path}: ${problems.get(code)?.(path) ?? `cannot be written: ${message}`}`)
}

function problemOf(error: unknown): { readonly code?: string; readonly message: string } {
  return error instanceof Error ? error : { message: String(error) }
}

const noPermission = (path: string): string =>
  `permission denied; choose another place, or make ${dirname(path)} writable`

const problems: ReadonlyMap<string, (path: string) => string> = new Map([
  [
    'ENOENT',
    (path) =>
      existsSync(dirname(path))
        ? 'it is a link to a folder that does not exist; create that first, or choose another name'
        : `there is no folder ${dirname(path)}; create it first: mkdir -p ${dirname(path)}`,
  ],
  ['ENOTDIR', (path) => `${dirname(path)} is not a folder`],
  ['EEXIST', () => 'there is a file of that name, where a folder was expected; choose another name'],
  ['EISDIR', () => 'this is a folder; give the name of a file in it'],
  ['EACCES', noPermission],
  ['EPERM', noPermission],
  ['EROFS', () => 'the disk is read-only; choose another place'],
  ['ENOSPC', () => 'the disk is full; free some space, or write to another disk'],
  ['EDQUOT', () => 'your disk quota is used up; free some space, or write to another disk'],
  ['EFBIG', () => 'the file is larger than this file system allows; write to several files, or gzip it'],
  ['EMFILE', () => 'too many files are open; raise the limit with ulimit -n'],
  ['ENAMETOOLONG', () => 'the name is too long'],
])

/** One record cannot be written to any output: its item fails, and the others continue. */
export class UnwritableError extends SluiceError {
  override readonly name = 'UnwritableError'
  declare readonly code: 'SLUICE_UNWRITABLE'

  constructor(cause: unknown) {
    super('SLUICE_UNWRITABLE', `the result cannot be written: ${messageOf(cause)}`, cause)
  }
}

/**
 * Writes a record with `write` or, if the record itself cannot be written, what `instead` writes for that reason.
 *
 * @throws OutputError or ClosedPipeError if the output itself has failed
 */
export function writeOrFail(
  write: () => Promise<void> | void,
  instead: (error: UnwritableError) => Promise<void> | void,
): Promise<void> | void {
  const onError = (error: unknown): Promise<void> | void => {
    if (error instanceof OutputError || error instanceof ClosedPipeError) throw error
    return instead(new UnwritableError(error))
  }
  try {
    return write()?.catch(onError)
  } catch (error) {
    return onError(error)
  }
}
