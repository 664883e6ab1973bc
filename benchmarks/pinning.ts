import { readFileSync } from 'node:fs'
import { isInPath } from './commands.ts'

/** Which core is whose, if that can be said. */
export interface Pinning {
  readonly client: number
  readonly server: number
}

/** The first core for the client and the last for the server, where `taskset` exists and there are two. */
export function findPinning(): Pinning | undefined {
  if (!isInPath('taskset')) return undefined
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  const cores = list?.match(/\d+/g)?.map(Number) ?? []
  if (cores.length < 2) return undefined
  return { client: cores[0]!, server: cores.at(-1)! }
}

/** The command on a core of its own, if there is one. */
export function pinned(command: readonly string[], core: number | undefined): [string, ...string[]] {
  const words = core === undefined ? command : ['taskset', '-c', String(core), ...command]
  return words as [string, ...string[]]
}
