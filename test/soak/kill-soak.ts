import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { RunningSimulator } from '@sluice/simulator'
import { seededRandom } from 'sluice/testing'
import { ended, type SoakParts, withPracticeApi } from './processes.ts'

export interface KillSoak {
  readonly kills: number
  readonly items: number
  /** Source of the items: patterns and files are read again after a kill, pipes are piped in again. */
  readonly input: 'pattern' | 'file' | 'pipe'
  readonly seed: number
  /** Command to run: from its sources, or built. */
  readonly command: readonly string[]
  readonly say?: (line: string) => void
}

/** Result of a run that was killed repeatedly. */
export interface KillReport {
  readonly kills: number
  readonly results: number
  readonly succeeded: number
  /** Items of the input without a result; `unknown` counts results without an item. */
  readonly missing: number
  readonly unknown: number
  /** Indexes that occur more than once. */
  readonly duplicates: number
  /** For each kill: items sent both before and after it. */
  readonly repeats: readonly number[]
  /** For each kill: requests in flight at the server. */
  readonly inFlight: readonly number[]
  /** Items sent with different keys; `keysOfTwoItems` counts keys used for different items. */
  readonly itemsWithTwoKeys: number
  readonly keysOfTwoItems: number
  readonly requests: number
}

const concurrency = 40

/**
 * Runs `fetch` with a store, kills it at random moments and resumes it each time, then completes the run and counts.
 */
export async function killSoak(soak: KillSoak): Promise<KillReport> {
  return await withPracticeApi({ latency: 'uniform:10ms-80ms', seed: soak.seed }, (parts) =>
    new Soak(soak, parts).run(),
  )
}

class Soak {
  readonly #soak: KillSoak
  readonly #folder: string
  readonly #server: RunningSimulator
  readonly #children: Set<ChildProcess>
  readonly #random: () => number
  /** Arrivals at each kill, and how many of them were in flight. */
  readonly #kills: { readonly arrivals: number; readonly inFlight: number }[] = []

  constructor(soak: KillSoak, { folder, server, children }: SoakParts) {
    this.#soak = soak
    this.#folder = folder
    this.#server = server
    this.#children = children
    this.#random = seededRandom(soak.seed)
  }

  async run(): Promise<KillReport> {
    const { kills, items } = this.#soak
    // Spreads the kills over the whole run: 40 in flight at 45 ms each complete 0.9 items per millisecond.
    const longest = (2 * items) / (kills + 1) / 0.9
    for (let kill = 0; kill < kills; kill++) {
      const done = await this.#startAndKill(kill === 0 ? this.#fetch() : this.#resume(), this.#random() * longest)
      if (done) break
      if (kill % 10 === 9) this.#soak.say?.(`${kill + 1} kills, ${this.#server.stats().requests} requests`)
    }
    const last = this.#spawn(this.#resume())
    await ended(last)
    return await this.#report()
  }

  #fetch(): readonly string[] {
    const { input, items } = this.#soak
    const urls = Array.from({ length: items }, (_, index) => `${this.#server.url}/echo?item=${index}`)
    const file = join(this.#folder, 'urls.txt')
    if (input !== 'pattern') writeFileSync(file, `${urls.join('\n')}\n`)
    const source = {
      pattern: [`${this.#server.url}/echo?item=[0-${items - 1}]`],
      file: ['-i', file],
      pipe: ['-i', '-'],
    }[input]
    return [
      'fetch',
      ...source,
      '-X',
      'POST',
      '--idempotency-key',
      '-c',
      String(concurrency),
      '--name',
      'soak',
      '--backoff',
      '10ms..1s',
    ]
  }

  /** Items that were not read from a pipe before the kill are not in the store, so they are piped in again. */
  #resume(): readonly string[] {
    return this.#soak.input === 'pipe' ? ['resume', 'soak', '-i', '-'] : ['resume', 'soak']
  }

  /** Returns true if the run ended before it was killed. */
  async #startAndKill(args: readonly string[], after: number): Promise<boolean> {
    const before = this.#server.stats().requests
    const child = this.#spawn(args)
    const end = ended(child)
    const hasBegun = async (): Promise<void> => {
      while (this.#server.stats().requests === before && child.exitCode === null) await pause(2)
    }
    await Promise.race([hasBegun(), end])
    await Promise.race([pause(after), end])
    if (child.exitCode !== null) return true
    const { requests, inFlight } = this.#server.stats()
    child.kill('SIGKILL')
    this.#kills.push({ arrivals: requests, inFlight })
    await end
    return false
  }

  #spawn(args: readonly string[]): ChildProcess {
    const [program, ...rest] = this.#soak.command
    const child = spawn(program!, [...rest, ...args, '--store', 'sqlite:run.db', '-q'], {
      cwd: this.#folder,
      env: { ...process.env, XDG_CONFIG_HOME: '/nonexistent' },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#children.add(child)
    child.on('close', () => this.#children.delete(child))
    child.stdin!.on('error', () => {})
    if (args.includes('-')) createReadStream(join(this.#folder, 'urls.txt')).pipe(child.stdin!)
    else child.stdin!.end()
    child.stderr!.on('data', (text: Buffer) => this.#soak.say?.(`sluice says: ${text.toString().trimEnd()}`))
    return child
  }

  async #report(): Promise<KillReport> {
    const { items } = this.#soak
    const indexes = new Map<number, number>()
    const counts = { succeeded: 0, unknown: 0 }
    for await (const { index, ok, url } of this.#exported()) {
      indexes.set(index, (indexes.get(index) ?? 0) + 1)
      if (ok) counts.succeeded++
      if (index >= items || !url.endsWith(`item=${index}`)) counts.unknown++
    }
    return {
      kills: this.#kills.length,
      results: indexes.size,
      ...counts,
      missing: Array.from({ length: items }, (_, index) => index).filter((index) => !indexes.has(index)).length,
      duplicates: [...indexes.values()].filter((times) => times > 1).length,
      inFlight: this.#kills.map(({ inFlight }) => inFlight),
      ...this.#seen(),
    }
  }

  /** Figures from the server, which are authoritative. */
  #seen(): Pick<KillReport, 'repeats' | 'itemsWithTwoKeys' | 'keysOfTwoItems' | 'requests'> {
    const { arrivals } = this.#server.simulator
    const keys = new Map<string, Set<string>>()
    const items = new Map<string, Set<string>>()
    for (const { path, key = 'none' } of arrivals) {
      keys.set(path, (keys.get(path) ?? new Set()).add(key))
      items.set(key, (items.get(key) ?? new Set()).add(path))
    }
    const repeats = this.#kills.map(({ arrivals: end }, kill) => {
      const start = this.#kills[kill - 1]?.arrivals ?? 0
      const session = new Set(arrivals.slice(start, end).map(({ path }) => path))
      const rest = new Set(arrivals.slice(end).map(({ path }) => path))
      return [...session].filter((path) => rest.has(path)).length
    })
    return {
      repeats,
      itemsWithTwoKeys: [...keys.values()].filter((known) => known.size > 1).length,
      keysOfTwoItems: [...items.values()].filter((known) => known.size > 1).length,
      requests: arrivals.length,
    }
  }

  async *#exported(): AsyncGenerator<{ index: number; ok: boolean; url: string }> {
    const [program, ...rest] = this.#soak.command
    const child = spawn(program!, [...rest, 'export', 'soak', '--store', 'sqlite:run.db', '--no-body'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line)
  }
}
