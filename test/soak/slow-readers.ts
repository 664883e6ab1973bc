import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { ended } from './processes.ts'

export const streamingWays = ['http1', 'http2', 'fetch'] as const

export interface SlowReaders {
  readonly way: (typeof streamingWays)[number]
  readonly readers: number
  /** Bytes of each body. */
  readonly size: number
  /** Milliseconds that a reader waits after each chunk. */
  readonly pause: number
  /** Command that starts each of the `children` programs. */
  readonly server: readonly string[]
  readonly client: readonly string[]
}

export interface SlowReadersReport {
  /** Bytes read. */
  readonly bytes: number
  /** Peak resident memory of the reader process in MB, as reported by the kernel. */
  readonly memory: number
  readonly seconds: number
}

/** Runs slow readers of large bodies in a separate process, and measures its memory from outside. */
export async function seeSlowReaders(given: SlowReaders): Promise<SlowReadersReport> {
  const { way, readers, size, pause } = given
  const server = start(given.server, [way === 'http2' ? 'http2' : 'http1'])
  let client: ChildProcess | undefined
  try {
    const url = await lineOf(server)
    const startedAt = performance.now()
    client = start(given.client, [way, `${url}/${size}`, String(readers), String(pause)])
    const bytes = Number(await lineOf(client))
    const seconds = (performance.now() - startedAt) / 1_000
    return { bytes, memory: maxMemory(client.pid!), seconds }
  } finally {
    for (const child of [server, client]) {
      child?.kill('SIGKILL')
      if (child !== undefined) await ended(child)
    }
  }
}

function start([program, ...options]: readonly string[], given: readonly string[]): ChildProcess {
  return spawn(program!, [...options, ...given], { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** First line printed by a process. */
async function lineOf(child: ChildProcess): Promise<string> {
  const end = ended(child).then(() => {
    throw new Error('the process has ended before it was done')
  })
  end.catch(() => {})
  const line = once(child.stdout!, 'data').then(([data]) => String(data).trim())
  return await Promise.race([line, end])
}

function maxMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  return (Number(kilobytes) * 1024) / 1e6
}
