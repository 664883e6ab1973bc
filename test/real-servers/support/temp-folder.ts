import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  remove(): void
}

/** A folder for one server; it is removed with the server, or at the latest when the tests' process ends. */
export function tempFolder(name: string): TempFolder {
  const path = mkdtempSync(join(tmpdir(), `sluice-${name}-`))
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return { path, remove }
}
