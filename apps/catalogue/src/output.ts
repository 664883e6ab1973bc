import { createWriteStream, existsSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Writes lines of JSON: to `stdout` for `-`, or to a file that appears whole or not at all. Resolves to how many. */
export async function writeLines(file: string, values: AsyncIterable<unknown>, stdout: Writable): Promise<number> {
  let written = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const value of values) {
      yield `${JSON.stringify(value)}\n`
      written++
    }
  }
  const part = `${file}.part`
  if (file === '-') await pipeline(lines, stdout, { end: false })
  // A device or a pipe cannot be replaced.
  else if (existsSync(file) && !statSync(file).isFile()) await pipeline(lines, createWriteStream(file))
  else {
    const whole = pipeline(lines, createWriteStream(part, { flush: true })).then(() => rename(part, file))
    await whole.catch((error: unknown) => rm(part, { force: true }).then(() => Promise.reject(error)))
  }
  return written
}

/** Text from elsewhere, without what could steer a terminal. */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
}
