import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { certificate } from '../packages/sluice/test/http2/certificate.ts'
import { pythonWith } from './availability.ts'
import type { Peer } from './peers/index.ts'
import { pinned } from './pinning.ts'

/** Work of one peer in one turn. */
export interface Work {
  readonly warmUpUrl: string
  readonly warmUpCalls: number
  readonly url: string
  readonly calls: number
  readonly concurrency: number
}

/** Figures of that work. */
export interface Sample {
  /** Microseconds of CPU, of all threads, in user and in system mode. */
  readonly cpu: number
  /** Milliseconds. */
  readonly elapsed: number
  /** The most memory the process has had, in bytes. */
  readonly rss: number
}

/** One peer in a fresh process. @throws Error if a call fails. */
export async function takeTurn(
  peer: Peer,
  work: Work,
  core: number | undefined,
  nodeArgs: readonly string[],
): Promise<Sample> {
  const [command, ...args] = pinned(commandOf(peer, work, nodeArgs), core)
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: onThisMachine(process.env) })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${peer.name} has failed: ${errors}`)
  return peer.file.endsWith('.sh') ? timed(errors) : (JSON.parse(output) as Sample)
}

function commandOf({ file, needs }: Peer, work: Work, nodeArgs: readonly string[]): string[] {
  const path = join(import.meta.dirname, 'peers', file)
  const clients = join(import.meta.dirname, 'clients')
  const { warmUpUrl, warmUpCalls, url, calls, concurrency } = work
  const args = [warmUpUrl, warmUpCalls, url, calls, concurrency].map(String)
  // It has nothing to warm up, and is measured from outside.
  if (file.endsWith('.sh')) return ['/usr/bin/time', '-f', '%e %U %S %M', 'sh', path, ...args.slice(2)]
  if (file.endsWith('.py')) return [pythonWith(needs[0]!)!, join(clients, 'measure.py'), path, ...args]
  return [process.execPath, ...nodeArgs, join(clients, 'measure.ts'), path, ...args]
}

/** From what GNU time says in its last line: seconds, in hundredths, and kilobytes. */
function timed(errors: string): Sample {
  const [elapsed = 0, user = 0, system = 0, kilobytes = 0] = errors.trim().split('\n').at(-1)!.split(' ').map(Number)
  return { cpu: (user + system) * 1e6, elapsed: elapsed * 1e3, rss: kilobytes * 1_024 }
}

/** Nothing here leaves the machine, and all trust its server. */
function onThisMachine(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name))
  return { ...Object.fromEntries(others), NODE_EXTRA_CA_CERTS: trusted() }
}

let trustedFile: string | undefined

/** File with the certificate of the server. */
function trusted(): string {
  if (trustedFile === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
    trustedFile = join(folder, 'certificate.pem')
    writeFileSync(trustedFile, certificate.cert)
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  }
  return trustedFile
}
