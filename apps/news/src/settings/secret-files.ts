import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Folder of the secrets beside a settings file. */
function folderOf(settings: string): string {
  return join(dirname(settings), 'secrets')
}

/** Stores a secret in a file of its own, readable by its owner only, and returns the reference for the settings. */
export async function keepSecret(settings: string, secret: string): Promise<string> {
  const folder = folderOf(settings)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, randomUUID())
  await writeFile(path, secret, { mode: 0o600, flag: 'wx' })
  return `file:${path}`
}

/** Removes the file of a secret that `keepSecret` stored; any other file stays. */
export async function dropSecret(settings: string, reference: string): Promise<void> {
  const path = /file:(.+)$/s.exec(reference)?.[1]
  if (path !== undefined && dirname(path) === folderOf(settings)) await rm(path, { force: true })
}
