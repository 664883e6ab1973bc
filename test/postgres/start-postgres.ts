import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process, { env } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { installedRoot, isOurs, makeReady, servant, tempRoot, versionOf } from './binaries.ts'
import { folderPrefix, signOwner, sweepLeftovers } from './leftovers.ts'

/** How a server is started. */
export interface StartPostgresOptions {
  /** @default one that is free */
  readonly port?: number | undefined
  /** Folder of a package with other programs. @default that of the installed one */
  readonly root?: string | undefined
  /** Settings of the server: `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** A PostgreSQL server of one's own, with nothing in it. What it keeps is gone when it is stopped. */
export interface PostgresServer {
  /** URL of the superuser's database, without a password: `postgres://postgres@127.0.0.1:5432/postgres`. */
  readonly url: string
  /** Breaks it off as a crash does, and starts it again, after so many milliseconds, with the same data on the same port. */
  restart(after?: number): Promise<void>
  /** Breaks it off, and deletes its data. */
  stop(): Promise<void>
}

/** So often another port is tried when somebody was faster. */
const mostTries = 10
const taken = 'Address already in use'

/**
 * Starts a PostgreSQL server from the programs that npm has installed: nothing else is needed, and nothing on the machine
 * is changed. Servers whose owner was killed are stopped first.
 *
 * @throws Error if there are no programs for this platform, or if it does not start.
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const root = options.root ?? installedRoot()
  const binaries = makeReady(root)
  await sweepLeftovers(tempRoot())
  const folder = mkdtempSync(join(tempRoot(), folderPrefix))
  signOwner(folder)
  try {
    const data = await makeData(root, binaries, folder)
    const settings = Object.entries({ fsync: 'off', max_connections: '200', ...options.settings })
    const fixed = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const start = (port: number) =>
      spawnServer(join(binaries, 'postgres'), ['-D', data, '-k', data, '-h', '127.0.0.1', '-p', `${port}`, ...fixed])
    const { port, server } = await startSomewhere(start, options.port)
    return new RunningServer(folder, port, server, start)
  } catch (reason) {
    rmSync(folder, { recursive: true, force: true })
    throw reason
  }
}

class RunningServer implements PostgresServer {
  readonly url: string
  readonly #folder: string
  readonly #port: number
  readonly #start: (port: number) => Promise<ChildProcess>
  #server: ChildProcess | undefined

  constructor(folder: string, port: number, server: ChildProcess, start: (port: number) => Promise<ChildProcess>) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#folder = folder
    this.#port = port
    this.#server = server
    this.#start = start
    process.on('exit', this.#leave)
  }

  async restart(after = 0): Promise<void> {
    await this.#breakOff()
    await sleep(after)
    this.#server = (await startSomewhere(this.#start, this.#port)).server
  }

  async stop(): Promise<void> {
    process.off('exit', this.#leave)
    await this.#breakOff()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #breakOff(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    server.ref()
    const closed = once(server, 'exit')
    server.kill('SIGQUIT')
    await closed
  }

  /** For a process that ends without having stopped it. */
  #leave = (): void => {
    this.#server?.kill('SIGQUIT')
  }
}

/** A copy of data that were made once for this version: making them takes a hundred times as long. */
async function makeData(root: string, binaries: string, folder: string): Promise<string> {
  const data = join(folder, 'data')
  if (servant !== undefined) chmodSync(folder, 0o755)
  await promisify(execFile)('cp', ['-a', join(await madeOnce(root, binaries), 'data'), data])
  return data
}

/** A folder with data that no server has used. It is never seen half made. */
async function madeOnce(root: string, binaries: string): Promise<string> {
  const home = join(tempRoot(), `sluice-postgres-data-${versionOf(root)}`)
  if (isOurs(home)) return home
  const draft = mkdtempSync(`${home}-`)
  try {
    if (servant !== undefined) chmodSync(draft, 0o755)
    await initialise(binaries, join(draft, 'data'))
    renameSync(draft, home)
  } catch (reason) {
    rmSync(draft, { recursive: true, force: true })
    if (!isOurs(home)) throw reason
  }
  return home
}

async function initialise(binaries: string, data: string): Promise<void> {
  mkdirSync(data, { mode: 0o700 })
  if (servant !== undefined) chownSync(data, servant.uid, servant.gid)
  const options = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C', '-E', 'UTF8']
  const small = ['--wal-segsize=1']
  await promisify(execFile)(join(binaries, 'initdb'), [...options, ...small], {
    ...servant,
    cwd: '/',
    env: plainEnvironment(),
  })
}

/** With a port that is given, waits for it a little: after a restart it is to be the same. */
async function startSomewhere(
  start: (port: number) => Promise<ChildProcess>,
  wanted: number | undefined,
): Promise<{ readonly port: number; readonly server: ChildProcess }> {
  for (let tries = 1; ; tries++) {
    try {
      const port = await freePort(wanted)
      return { port, server: await start(port) }
    } catch (reason) {
      if (tries === mostTries || !String(reason).includes(taken)) throw reason
      if (wanted !== undefined) await sleep(50)
    }
  }
}

/** Resolves when it takes connections. */
async function spawnServer(program: string, options: readonly string[]): Promise<ChildProcess> {
  const server = spawn(program, options, {
    ...servant,
    cwd: '/',
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr!.on('data', (chunk) => {
      if (log.length < 100_000) log += chunk
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('close', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
  // It does not keep this process alive: whoever forgets to stop it leaves it to `exit`.
  server.unref()
  ;(server.stderr as unknown as { unref(): void }).unref()
  return server
}

function plainEnvironment(): Record<string, string> {
  return { PATH: env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }
}

/** A port that nobody listens on: the one given, or any. To look costs less than to start a server that ends. */
async function freePort(wanted = 0): Promise<number> {
  const socket = createServer().listen(wanted, '127.0.0.1')
  await once(socket, 'listening').catch((reason: NodeJS.ErrnoException) => {
    throw reason.code === 'EADDRINUSE' ? new Error(`${taken}: port ${wanted} of 127.0.0.1`) : reason
  })
  const { port } = socket.address() as { readonly port: number }
  socket.close()
  await once(socket, 'close')
  return port
}
