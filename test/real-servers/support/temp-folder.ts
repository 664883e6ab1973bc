import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  remove(): void
}

/** Creates a folder for one server. It is removed with the server, or when the test process exits. */
export function tempFolder(name: string): TempFolder {
  const path = mkdtempSync(join(tmpdir(), `sluice-${name}-`))
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return { path, remove }
}
