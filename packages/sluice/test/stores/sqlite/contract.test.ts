import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { type SqliteStoreOptions, sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { runStoreContract } from '../run-store-contract.ts'
import { TempFolder } from './temp-file.ts'

const kinds: Readonly<Record<string, Omit<SqliteStoreOptions, 'path'>>> = {
  'A store on better-sqlite3 in its thread': { driver: 'better-sqlite3' },
  'A store on node:sqlite in its thread': { driver: 'node:sqlite' },
  'A store on node:sqlite, inline,': { driver: 'node:sqlite', inline: true },
}

for (const [name, options] of Object.entries(kinds)) {
  runStoreContract(name, async () => {
    const folder = new TempFolder()
    const open = () => sqliteStore({ path: folder.file(), ...options })
    const store = await open()
    return {
      store,
      reopen: async () => {
        await store.close()
        expect(readdirSync(folder.path)).toEqual(['run.db'])
        return open()
      },
      cleanUp: async () => {
        // The log, its index and the locks are gone with the last who had the file open.
        expect(readdirSync(folder.path)).toEqual(['run.db'])
        folder[Symbol.dispose]()
      },
    }
  })
}
