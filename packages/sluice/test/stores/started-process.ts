import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'

/** How a child ended, and what it said. */
interface Ending {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

/** A process that runs a file, so that it can be killed and can be in the way of others. */
export class StartedProcess {
  readonly #process: ChildProcess
  readonly #lines: string[] = []
  readonly ended: Promise<Ending>

  constructor(file: URL, args: readonly string[]) {
    this.#process = spawn(execPath, ['--conditions=@sluice/source', fileURLToPath(file), ...args])
    let output = ''
    let errors = ''
    this.#process.stdout!.on('data', (chunk) => {
      output += chunk
      this.#lines.splice(0, Number.POSITIVE_INFINITY, ...output.split('\n').slice(0, -1))
    })
    this.#process.stderr!.on('data', (chunk) => {
      errors += chunk
    })
    this.ended = once(this.#process, 'close').then(([code]) => ({ code, lines: this.#lines, errors }))
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** Resolves when it has said something for the first time; rejects if it ends before. */
  async spoke(): Promise<void> {
    const said = once(this.#process.stdout!, 'data').then(() => undefined)
    const silent = this.ended.then(({ lines, errors }) => {
      if (lines.length === 0) throw new Error(`it ended: ${errors}`)
    })
    await Promise.race([said, silent])
  }

  kill(): Promise<Ending> {
    this.#process.kill('SIGKILL')
    return this.ended
  }
}
