import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SmallDisk } from '../small-disk.ts'
import { bundledProgram, startCommand } from './processes.ts'

const command = await bundledProgram()
let server: RunningSimulator
let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  server = await serveSimulator({ scenario: { latency: 2 } })
  folder = mkdtempSync(join(tmpdir(), 'sluice-trouble-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

function start(...args: readonly string[]): Promise<Ended> {
  const started = startCommand(command, args, folder)
  child = started
  let stderr = ''
  started.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve) => started.once('close', (code) => resolve({ code, stderr })))
}

describe('a run whose disk is full', () => {
  it('waits for room, and sends nothing twice', async (context) => {
    using disk = SmallDisk.tryMake(3)
    if (disk === undefined) return context.skip('only root can have a small disk')
    const run = start('fetch', `${server.url}/products/[1-5000]`, '-c', '20', '--store', join(disk.path, 'run.db'))
    const waiting = Promise.withResolvers<void>()
    child!.stderr!.on('data', (text: string) => {
      if (text.includes('the disk is full')) waiting.resolve()
    })
    await Promise.race([waiting.promise, run])

    execFileSync('mount', ['-o', 'remount,size=60m', disk.path])
    const { code, stderr } = await run
    expect([code, stderr]).toEqual([0, expect.stringContaining('5,000 succeeded')])
    expect(server.stats().requests).toBe(5_000)
  })

  it('stops after --store-timeout with what is kept, says what to do, and continues when there is room', async (context) => {
    using disk = SmallDisk.tryMake(3)
    if (disk === undefined) return context.skip('only root can have a small disk')
    const store = ['--store', join(disk.path, 'run.db')]
    const work = ['fetch', `${server.url}/products/[1-5000]`, '-c', '20', ...store, '--name', 'k']
    const full = await start(...work, '--store-timeout', '1s')

    expect(full.code).toBe(7)
    expect(full.stderr).toContain('the disk is full; free disk space and resume: committed data is safe')
    expect(full.stderr).toContain('sluice resume k')
    const sent = server.stats().requests
    expect(sent).toBeLessThan(4_000)

    execFileSync('mount', ['-o', 'remount,size=60m', disk.path])
    const resumed = await start('resume', 'k', ...store)
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('5,000 succeeded')])
    // What did not fit is sent again: a group and what was in flight, as far as it had come.
    expect(server.stats().requests).toBeLessThan(5_000 + 1_000)
  })
})

describe('an export that is killed', () => {
  it('leaves no file under its name, and harms nothing: the next one is whole', async () => {
    const store = ['--store', 'run.db']
    await start('fetch', `${server.url}/products/[1-3000]`, '-c', '50', ...store, '--name', 'k')
    const killed = start('export', 'k', ...store, '-o', 'k.jsonl')
    while (!existsSync(join(folder, 'k.jsonl.part')) && child?.exitCode === null) await new Promise(setImmediate)
    child?.kill('SIGKILL')
    await killed
    expect(existsSync(join(folder, 'k.jsonl'))).toBe(false)

    expect((await start('export', 'k', ...store, '-o', 'k.jsonl')).code).toBe(0)
    expect(readFileSync(join(folder, 'k.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(3_000)
    expect(existsSync(join(folder, 'k.jsonl.part'))).toBe(false)
  })
})
