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

/** Options of a PostgreSQL server. */
export interface StartPostgresOptions {
  /** Port to listen on. @default a free one */
  readonly port?: number | undefined
  /** Folder of a package with other programs. @default the installed package */
  readonly root?: string | undefined
  /** Settings of the server: `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** A PostgreSQL server with no data. Its data is deleted when it is stopped. */
export interface PostgresServer {
  /** URL of the superuser's database, without a password: `postgres://postgres@127.0.0.1:5432/postgres`. */
  readonly url: string
  /** Stops it as in a crash, and starts it again after `after` milliseconds with the same data on the same port. */
  restart(after?: number): Promise<void>
  /** Stops it as in a crash, and deletes its data. */
  stop(): Promise<void>
}

/** Number of attempts to find a port, since another process may take it first. */
const maxTries = 10
const taken = 'Address already in use'

/**
 * Starts a PostgreSQL server from the programs of an npm package. Needs nothing else, and changes nothing on the
 * machine. Servers whose owner was killed are stopped first.
 *
 * @throws Error if there are no programs for this platform, or if it does not start
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

  /** Stops the server if the process exits without stopping it. */
  #leave = (): void => {
    this.#server?.kill('SIGQUIT')
  }
}

/** Copies data that was created once for this version: creating it takes a hundred times as long. */
async function makeData(root: string, binaries: string, folder: string): Promise<string> {
  const data = join(folder, 'data')
  if (servant !== undefined) chmodSync(folder, 0o755)
  await promisify(execFile)('cp', ['-a', join(await madeOnce(root, binaries), 'data'), data])
  return data
}

/** Folder with unused data. Created once, and renamed when complete. */
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

/** Starts a server on a free port, or on the wanted one, for which it waits a little: a restart needs the same port. */
async function startSomewhere(
  start: (port: number) => Promise<ChildProcess>,
  wanted: number | undefined,
): Promise<{ readonly port: number; readonly server: ChildProcess }> {
  for (let tries = 1; ; tries++) {
    try {
      const port = await freePort(wanted)
      return { port, server: await start(port) }
    } catch (reason) {
      if (tries === maxTries || !String(reason).includes(taken)) throw reason
      if (wanted !== undefined) await sleep(50)
    }
  }
}

/** Starts a server, and resolves when it accepts connections. */
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
  // It does not keep this process alive; a server that is not stopped is stopped on `exit`.
  server.unref()
  ;(server.stderr as unknown as { unref(): void }).unref()
  return server
}

function plainEnvironment(): Record<string, string> {
  return { PATH: env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }
}

/** Free port: the wanted one, or any. Checking is cheaper than starting a server that fails. */
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
