import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

/** Maximum number of bytes from a device or a pipe, which may be endless. */
const most = 64 * 1_024 * 1_024

/** Content of a file that a flag names. @throws Error if it cannot be read, or if it is a device or pipe with more than 64 MiB */
export function wholeFile(path: string): Buffer {
  if (statSync(path).isFile()) return readFileSync(path)
  const file = openSync(path, 'r')
  try {
    const parts: Buffer[] = []
    for (let size = 0; size <= most; ) {
      const part = Buffer.allocUnsafe(1_024 * 1_024)
      const read = readSync(file, part)
      if (read === 0) return Buffer.concat(parts)
      parts.push(part.subarray(0, read))
      size += read
    }
    throw new Error('it is a device or a pipe with more than 64 MiB')
  } finally {
    closeSync(file)
  }
}
