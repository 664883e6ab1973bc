import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getuid, kill, pid } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'

/** Prefix of the names of server folders. */
export const folderPrefix = 'sluice-postgres-server-'

/** Writes down that this process stops the server of a folder. */
export function signOwner(folder: string): void {
  writeFileSync(join(folder, 'owner'), `${pid} ${startOf(pid)}`)
}

/** Stops the servers whose owner was killed before it could, and deletes their folders. */
export async function sweepLeftovers(root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const folder = join(root, name)
    if (name.startsWith(folderPrefix) && isLeft(folder)) await clear(folder)
  }
}

function isLeft(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  // Whoever else may write here must not choose which process is ended.
  if (found?.isDirectory() !== true || found.uid !== getuid?.()) return false
  const owner = textOf(join(folder, 'owner'))
  // It is being made at this moment.
  if (owner === undefined || owner === '') return false
  return owner !== `${parseInt(owner, 10)} ${startOf(parseInt(owner, 10))}`
}

async function clear(folder: string): Promise<void> {
  const server = parseInt(textOf(join(folder, 'data/postmaster.pid')) ?? '', 10)
  const isRunning = () => textOf(`/proc/${server}/cmdline`)?.includes(folder) === true
  for (let round = 0; isRunning() && round < 100; round++) {
    // Of several that sweep at the same time, one may come too late.
    if (round === 0) tryQuit(server)
    await pause(20)
  }
  rmSync(folder, { recursive: true, force: true })
}

function tryQuit(server: number): void {
  try {
    kill(server, 'SIGQUIT')
  } catch (reason) {
    if ((reason as { readonly code?: string }).code !== 'ESRCH') throw reason
  }
}

/** When a process was started, so that a number that is given again is not taken for the same; nothing if it is not there. */
function startOf(process: number): string {
  return textOf(`/proc/${process}/stat`)?.split(') ').at(-1)?.split(' ')[19] ?? ''
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
