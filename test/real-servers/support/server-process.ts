import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs a server until this process closes its stdin, which also happens if it is killed, and stops the whole process
 * group with it.
 */
const guard = `
exec 3<&0
trap : TERM
"$@" </dev/null 3<&- &
server=$!
( read -r nothing <&3; kill -KILL 0 ) &
watch=$!
wait $server
wait $server 2>/dev/null
kill $watch 2>/dev/null
`

const longestStart = 15_000
const longestStop = 3_000

/** A running server program. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #hasEnded = false
  #output = ''

  private constructor(command: string, args: readonly string[], folder: string) {
    this.#child = spawn('/bin/sh', ['-c', guard, 'sh', command, ...args], {
      detached: true,
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder, TMPDIR: folder, PYTHONUNBUFFERED: '1' },
    })
    const gather = (text: string): void => {
      this.#output += text
    }
    this.#child.stdout!.setEncoding('utf8').on('data', gather)
    this.#child.stderr!.setEncoding('utf8').on('data', gather)
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#hasEnded = true
        resolve()
      })
    })
  }

  /**
   * Starts it, and waits until every port accepts connections. @throws Error with the server's output if one does not
   */
  static async start(
    command: string,
    args: readonly string[],
    options: { readonly folder: string; readonly ports: readonly number[] },
  ): Promise<ServerProcess> {
    const server = new ServerProcess(command, args, options.folder)
    const giveUpAt = performance.now() + longestStart
    for (const port of options.ports) {
      while (!(await takesConnections(port))) {
        if (!server.#hasEnded && performance.now() < giveUpAt) {
          await pause(25)
          continue
        }
        await server.stop()
        throw new Error(`${command} does not answer on port ${port}. It said:\n${server.output}`)
      }
    }
    return server
  }

  /** Output so far, stdout and stderr combined. */
  get output(): string {
    return this.#output
  }

  /** Stops it gracefully, or by force after a while. Afterwards none of its processes is left. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM')
    await Promise.race([this.#ended, pause(longestStop, undefined, { ref: false })])
    this.#signal('SIGKILL')
    await this.#ended
    this.#child.stdin!.destroy()
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal)
    } catch {
      // The process group has already ended.
    }
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
