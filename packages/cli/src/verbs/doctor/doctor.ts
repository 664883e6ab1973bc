import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import type { Command } from 'commander'
import { createClient } from 'sluice'
import { isoDate, isPostgresUrl, loadSqliteDriver, messageOf, postgresFacts, systemClock } from 'sluice/internal'
import { fetchFlags } from '../../flags/fetch-flags.ts'
import { type DoctorFlags, doctorFlags } from '../../flags/runs-flags.ts'
import { engine, type Io, version } from '../../io.ts'
import { storeFile } from '../../jobs/store-place.ts'
import { applySettings } from '../../plan/settings-files.ts'
import { type Finding, findingLines } from './finding.ts'
import {
  judgeClock,
  judgeFolder,
  judgeMemory,
  judgeNode,
  judgeOpenFiles,
  judgeProxy,
  judgeServer,
  judgeStore,
  judgeVariables,
} from './judge.ts'

/**
 * Checks the environment of runs: Node, SQLite, the store, proxies, open files, memory, clocks, settings. Changes
 * nothing, and connects to no host but the store's. Returns 0, or 1 if something will fail.
 */
export async function doctorCommand(command: Command, variables: ReadonlySet<string>, io: Io): Promise<number> {
  const settings = await settingsFinding(command, io)
  const { store, json } = command.opts<DoctorFlags>()
  const findings: Finding[] = [
    { subject: 'Sluice', state: 'ok', text: version },
    judgeNode(process.version, engine),
    await sqliteFinding(),
    ...(await storeFindings(typeof store === 'string' ? store : undefined)),
    judgeProxy(io.env, await proxyFault()),
    judgeOpenFiles(openFilesLimit()),
    judgeMemory(Math.min(getHeapStatistics().heap_size_limit, process.constrainedMemory() || Number.POSITIVE_INFINITY)),
    await folderFinding(process.cwd()),
    settings,
    judgeVariables(io.env, variables),
  ]
  io.stdout.write(json === true ? `${JSON.stringify(findings, undefined, 2)}\n` : findingLines(findings))
  return findings.some(({ state }) => state === 'failure') ? 1 : 0
}

async function settingsFinding(command: Command, io: Io): Promise<Finding> {
  const subject = 'settings'
  try {
    await applySettings(command, fetchFlags, io, doctorFlags)
    return { subject, state: 'ok', text: 'settings files, if any, can be read' }
  } catch (error) {
    return { subject, state: 'failure', text: messageOf(error), advice: 'fix the file, or use --no-config' }
  }
}

async function sqliteFinding(): Promise<Finding> {
  const subject = 'SQLite'
  try {
    const driver = await loadSqliteDriver('SQLite')
    const connection = driver.open(':memory:', { busyTimeout: 0 })
    const row = connection.prepare('SELECT sqlite_version() AS version').get()
    connection.close()
    return { subject, state: 'ok', text: `${row!.version} by ${driver.name}` }
  } catch (error) {
    return { subject, state: 'failure', text: messageOf(error), advice: '--store needs it, or PostgreSQL' }
  }
}

async function storeFindings(store: string | undefined): Promise<readonly Finding[]> {
  const subject = 'store'
  try {
    if (store !== undefined && isPostgresUrl(store)) {
      const facts = await postgresFacts(store, systemClock)
      return [judgeStore(facts), ...judgeServer(facts), judgeClock(facts.clocks, facts.roundTrip)]
    }
    const path = storeFile(store)!
    const clock = { subject: 'clock', state: 'ok', text: isoDate(systemClock.wallTime()) } as const
    if (!existsSync(path))
      return [{ subject, state: 'ok', text: `${path} is created with the first stored run` }, clock]
    // Reads the file directly: opening it as a store would migrate an old one.
    const driver = await loadSqliteDriver(path)
    const connection = driver.open(path, { busyTimeout: 1_000, isReadOnly: true })
    const runs = connection.prepare('SELECT count(*) AS count FROM runs').get()!.count
    connection.close()
    return [{ subject, state: 'ok', text: `${path}: ${runs} ${runs === 1 ? 'run' : 'runs'}` }, clock]
  } catch (error) {
    return [{ subject, state: 'failure', text: messageOf(error) }]
  }
}

/** Creates a client, which reads the same variables as every run. */
async function proxyFault(): Promise<Error | undefined> {
  try {
    await createClient({ proxy: 'environment' }).close()
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** Linux exposes it in a file; elsewhere it is unknown. */
function openFilesLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}

async function folderFinding(folder: string): Promise<Finding> {
  const probe = join(folder, `.sluice-doctor-${randomUUID()}`)
  try {
    await writeFile(probe, '')
    await rm(probe)
    const { bavail, bsize } = await statfs(dirname(probe))
    return judgeFolder(folder, bavail * bsize)
  } catch (error) {
    return judgeFolder(folder, error as Error)
  }
}
