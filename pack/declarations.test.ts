import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

/** Types that TypeScript infers here must have public names, or none: otherwise TS2742, TS2883 or TS4023. */
const exporting = `
import { type CallError, type CallResult, createClient, type Progress, RejectedError, type SluiceEvent } from 'sluice'
import { openTelemetry } from 'sluice/opentelemetry'
import { sqliteCacheStore } from 'sluice/stores/sqlite'
import { scriptedApi } from 'sluice/testing'

const client = createClient()
export const extended = client.extend({})
export const telemetry = openTelemetry()
export const cache = () => sqliteCacheStore({ path: 'cache.db' })
export const seen = () => scriptedApi([200]).seen
export const events = () => client.get('/', { readAs: 'events' })
export const stream = () => client.stream(['/'])
export const result = () => client.try<{ readonly id: number }>('/')
export const error = (of: CallResult) => (of.ok ? undefined : of.error)
export const fromCache = (of: CallResult) => (of.ok ? of.fromCache : undefined)
export const attempts = (of: CallResult) => of.attempts.map(({ verdict, protocol }) => ({ verdict, protocol }))
export const left = (of: Progress) => of.left
export const verdict = (of: SluiceEvent) => (of.type === 'attempt.settled' ? of.verdict : undefined)
export const memory = (of: SluiceEvent) => (of.type === 'local.limited' ? of.memory : undefined)
export const retryAt = (of: unknown) => (of instanceof RejectedError ? of.retryAt : undefined)
export function fields(of: CallError) {
  switch (of.code) {
    case 'SLUICE_SCHEMA':
      return of.issues
    case 'SLUICE_CLIENT_ERROR':
      return of.problem
    case 'SLUICE_PAUSED':
      return of.retryAt
    case 'SLUICE_WOULD_MISS_DEADLINE':
      return of.lateBy
    case 'SLUICE_POLICY':
      return of.policy
  }
  return undefined
}
`

it('lets a package with declarations export functions that return what results, errors, events and factories have', async () => {
  const user = mkdtempSync(join(tmpdir(), 'sluice-user-'))
  onTestFinished(() => rmSync(user, { recursive: true, force: true }))
  // Copied, because TypeScript writes the path of a linked package in place of a name that is not exported.
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, 'packages/sluice', part), join(user, 'node_modules/sluice', part), { recursive: true })
  for (const name of ['undici', '@types', '@opentelemetry'])
    symlinkSync(join(root, 'node_modules', name), join(user, 'node_modules', name))
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(user, 'user.ts'), exporting)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const options = '--strict --declaration --target es2022 --module nodenext --types node --pretty false'.split(' ')

  const { stdout } = await run(process.execPath, [tsc, ...options, 'user.ts'], { cwd: user }).catch(
    (failed: { readonly stdout: string }) => failed,
  )

  expect(stdout).toBe('')
  expect(readFileSync(join(user, 'user.d.ts'), 'utf8')).toContain('"revalidated"')
})
