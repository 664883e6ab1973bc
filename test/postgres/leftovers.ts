import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getuid, kill, pid } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'

/** Prefix of the names of server folders. */
export const folderPrefix = 'sluice-postgres-server-'

/** Records this process as the owner of a server folder. */
export function signOwner(folder: string): void {
  writeFileSync(join(folder, 'owner'), `${pid} ${startOf(pid)}`)
}

/** Stops servers whose owner was killed, and deletes their folders. */
export async function sweepLeftovers(root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const folder = join(root, name)
    if (name.startsWith(folderPrefix) && isLeft(folder)) await clear(folder)
  }
}

function isLeft(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  // Other users who can write here must not choose which process is stopped.
  if (found?.isDirectory() !== true || found.uid !== getuid?.()) return false
  const owner = textOf(join(folder, 'owner'))
  // The folder is being created.
  if (owner === undefined || owner === '') return false
  return owner !== `${parseInt(owner, 10)} ${startOf(parseInt(owner, 10))}`
}

async function clear(folder: string): Promise<void> {
  const server = parseInt(textOf(join(folder, 'data/postmaster.pid')) ?? '', 10)
  const isRunning = () => textOf(`/proc/${server}/cmdline`)?.includes(folder) === true
  for (let round = 0; isRunning() && round < 100; round++) {
    // Several processes may sweep at the same time; the server may already have ended.
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

/** Start time of a process, to detect reused ids; empty if there is no such process. */
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
