// Tells which libraries for SQLite are loaded after each step.
import { createRequire, registerHooks } from 'node:module'
import process, { argv } from 'node:process'
import type { DriverName } from '../../../../src/database/sqlite/driver.ts'

const { cache } = createRequire(import.meta.url)
const [path, state = '', driver] = argv.slice(2)
const emitted: string[] = []
process.on('warning', ({ message }) => emitted.push(message))

const sqlite = state.startsWith('old') ? '3.50.4' : '3.51.3'
Object.defineProperty(process, 'versions', { value: { ...process.versions, sqlite } })

if (state.endsWith('missing')) {
  registerHooks({
    resolve: (name, context, next) => {
      if (name === 'better-sqlite3') throw new Error('Cannot find package better-sqlite3')
      return next(name, context)
    },
  })
}

function loaded(): string[] {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] }
  return [
    ...(Object.keys(cache).some((file) => file.includes('better-sqlite3')) ? ['better-sqlite3'] : []),
    ...(moduleLoadList.includes('NativeModule sqlite') ? ['node:sqlite'] : []),
  ]
}

await import('../../../../src/index.ts')
const { sqliteStore } = await import('../../../../src/stores/sqlite/index.ts')
const before = loaded()
let failure: unknown
try {
  await (await sqliteStore({ path: path!, driver: driver as DriverName | undefined, inline: true })).close()
} catch (reason) {
  failure = String(reason)
}
const after = loaded()
await new Promise((resolve) => setTimeout(resolve, 20))
process.stdout.write(`${JSON.stringify({ before, after, emitted, failure })}\n`)
