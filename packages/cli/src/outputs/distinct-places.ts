import { fstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { SettingsError } from 'sluice'

/** A file given by a flag. `-` and undefined mean no file. */
export interface NamedFile {
  readonly flag: string
  readonly path: string | undefined
}

/** A stream of the process, which may be a file. */
export interface NamedStream {
  readonly flag: string
  readonly fd: number | undefined
}

/** Suffixes of temporary files written beside an output. */
const beside = ['', '.part', '.part.old', '.rows', '.rows.part', '.lock']

/**
 * Checks that no two outputs are the same file, and none is an input, with links resolved. Devices and pipes may be
 * used repeatedly.
 *
 * @throws SettingsError that names both flags
 */
export function checkDistinct(
  outputs: readonly (NamedFile | NamedStream)[],
  inputs: readonly (NamedFile | NamedStream)[],
): void {
  const read = new Map(inputs.flatMap((input) => identitiesOf(input, ['']).map((key) => [key, input] as const)))
  const written = new Map<string, NamedFile | NamedStream>()
  for (const output of outputs) {
    const keys = identitiesOf(output, beside)
    const source = keys.map((key) => read.get(key)).find((found) => found !== undefined)
    if (source !== undefined) {
      throw new SettingsError(`${show(output)} is also read, by ${source.flag}; choose another name for the output`)
    }
    const other = keys.map((key) => written.get(key)).find((found) => found !== undefined)
    if (other !== undefined) {
      throw new SettingsError(`${show(output)} is also written by ${show(other)}; give each output a file of its own`)
    }
    for (const key of keys) written.set(key, output)
  }
}

function show(place: NamedFile | NamedStream): string {
  return 'path' in place ? `${place.flag} ${place.path}` : place.flag
}

function identitiesOf(place: NamedFile | NamedStream, endings: readonly string[]): string[] {
  if ('fd' in place) return place.fd === undefined ? [] : identityOfFile(() => fstatSync(place.fd!))
  const { path } = place
  if (path === undefined || path === '-' || isSpecial(path)) return []
  return endings.flatMap((ending) => identityOf(path + ending))
}

/** True for a device, a pipe, or a path that cannot be written at all. */
function isSpecial(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === false
  } catch {
    // Opening it fails as well, and reports the error.
    return true
  }
}

/** Identity of a file: its inode, or its folder and name if it does not exist. */
function identityOf(path: string): string[] {
  if (isSpecial(path)) return []
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? [`path ${placeOf(path)}`] : identityOfFile(() => found)
}

function identityOfFile(look: () => { isFile(): boolean; readonly dev: number; readonly ino: number }): string[] {
  try {
    const found = look()
    return found.isFile() ? [`file ${found.dev} ${found.ino}`] : []
  } catch {
    return []
  }
}

function placeOf(path: string): string {
  const whole = resolve(path)
  try {
    return join(realpathSync(dirname(whole)), basename(whole))
  } catch {
    return whole
  }
}
