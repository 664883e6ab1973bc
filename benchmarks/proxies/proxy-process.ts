import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../../test/real-servers/support/free-ports.ts'
import { pinned } from '../pinning.ts'
import type { ReverseProxy } from './proxy.ts'

/** Milliseconds for a proxy to start. */
const startTime = 20_000

/** Clock ticks of `/proc` in a second, the same on all of Linux. */
const ticksPerSecond = 100

export interface ProxySettings {
  /** Origin of the server behind it. */
  readonly upstream: string
  readonly core: number | undefined
}

/** A proxy that runs, and what it has used. */
export class ProxyProcess implements AsyncDisposable {
  readonly origin: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(origin: string, child: ChildProcess, folder: string) {
    this.origin = origin
    this.#child = child
    this.#folder = folder
  }

  /** Starts a proxy, and waits until it accepts connections. @throws Error if it does not, with what it says */
  static async start(proxy: ReverseProxy, { upstream, core }: ProxySettings): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-proxy-'))
    const port = (await freePorts(1))[0]!
    const [command, ...args] = pinned(proxy.command({ upstream, port, folder }), core)
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (text: Buffer) => {
      errors += text
    })
    child.on('error', ({ message }) => {
      errors += message
    })
    const started = new ProxyProcess(`http://127.0.0.1:${port}`, child, folder)
    const endsAt = performance.now() + startTime
    while (!(await accepts(port))) {
      if (child.exitCode === null && child.pid !== undefined && performance.now() < endsAt) await setTimeout(20)
      else {
        await started[Symbol.asyncDispose]()
        throw new Error(`${proxy.name} has not started: ${errors}`)
      }
    }
    return started
  }

  /** Microseconds of CPU so far, of all its threads and processes, in user and in system mode. */
  cpu(): number {
    const ticks = this.#processes().map((pid) => {
      // The name of the program, in brackets, may have blanks.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      return Number(fields[11]) + Number(fields[12])
    })
    return (sum(ticks) / ticksPerSecond) * 1e6
  }

  /** The most memory that its processes have had, in bytes. */
  rss(): number {
    const kilobytes = this.#processes().map((pid) =>
      Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    )
    return sum(kilobytes) * 1_024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isRunning = this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
    if (isRunning) {
      const closed = once(this.#child, 'close')
      this.#child.kill()
      await closed
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Its own process, and those that it has started. */
  #processes(): number[] {
    const own = this.#child.pid!
    const tasks = readdirSync(`/proc/${own}/task`)
    const children = tasks.flatMap((task) => readFileSync(`/proc/${own}/task/${task}/children`, 'utf8').split(' '))
    return [own, ...children.filter((pid) => pid !== '').map(Number)]
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
