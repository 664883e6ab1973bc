import { readdirSync } from 'node:fs'
import process from 'node:process'
import { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { clean, type HostRequest, type HostResult } from './messages.ts'

// Runs programs one after another in one process. Each has its own arguments, environment, folder, streams, listeners
// and exit code, as in a new process. The modules they import are loaded once.

let runs = 0

process.on('message', async (request: HostRequest) => {
  const listeners = allListeners()
  const resources = openResources()
  const files = openFiles()
  const title = process.title
  process.send!(await run(request, resources))
  for (const [name, listener] of allListeners()) {
    if (!listeners.some(([, known]) => known === listener)) process.off(name, listener)
  }
  process.exitCode = undefined
  process.title = title
  // Waits up to a second: on a busy machine a thread takes time to end, and a new process would take longer.
  for (let turns = 0; turns < 200; turns++) {
    if (openResources() <= resources && openFiles() <= files) {
      process.send!(clean)
      return
    }
    await pause(5)
  }
  process.disconnect()
})
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function run(request: HostRequest, resources: number): Promise<HostResult> {
  for (const name of Object.keys(process.env)) delete process.env[name]
  for (const [name, value] of Object.entries(request.env)) if (value !== undefined) process.env[name] = value
  process.chdir(request.cwd)
  process.argv = [process.execPath, request.main, ...request.args]
  const stdout = new Sink(1)
  const stderr = new Sink(2)
  replace('stdin', pipeWith(request.stdin))
  replace('stdout', stdout)
  replace('stderr', stderr)
  const exited = new Promise<number>((resolve) => {
    // Programs call it as their last statement, so no code follows.
    replace('exit', (code: number | undefined) => resolve(Number(code ?? process.exitCode ?? 0)))
  })
  const code = await Promise.race([exited, ended(request.main, resources)])
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** Resolves when the program ends by itself: when no resource is open. */
async function ended(main: string, resources: number): Promise<number> {
  await import(`${pathToFileURL(main).href}?run=${++runs}`)
  await setImmediate()
  while (openResources() > resources) await pause(5)
  return Number(process.exitCode ?? 0)
}

function replace(name: 'stdin' | 'stdout' | 'stderr' | 'exit', value: unknown): void {
  Object.defineProperty(process, name, { value, configurable: true, writable: true })
}

class Sink extends Writable {
  readonly fd: number
  readonly #chunks: Buffer[] = []

  constructor(fd: number) {
    super()
    this.fd = fd
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    // Copied, because the writer may reuse its buffer.
    this.#chunks.push(Buffer.from(chunk))
    done()
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

function pipeWith(text: string): Readable {
  const bytes = Buffer.from(text)
  let at = 0
  const stream = new Readable({
    read() {
      const chunk = bytes.subarray(at, at + 65_536)
      at += chunk.length
      this.push(chunk.length === 0 ? null : chunk)
    },
  })
  return Object.assign(stream, { fd: 0 })
}

function allListeners(): [string, (...args: unknown[]) => void][] {
  return process
    .eventNames()
    .flatMap((name) =>
      process.rawListeners(name as 'exit').map((listener) => [name as string, listener as () => void] as const),
    )
    .map(([name, listener]) => [name, listener])
}

/** Number of handles, requests and timers that keep the process alive. */
function openResources(): number {
  return process.getActiveResourcesInfo().length
}

/** Number of open files and sockets, including those that do not keep the process alive. */
function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
