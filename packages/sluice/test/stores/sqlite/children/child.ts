// A process of its own that works with a store, so that it can be killed and can be in the way of others.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { argv, exit, kill, pid } from 'node:process'
import { SqliteDatabase } from '../../../../src/database/sqlite/database.ts'
import type { DriverName } from '../../../../src/database/sqlite/driver.ts'
import { loadSqliteDriver } from '../../../../src/database/sqlite/drivers.ts'
import { migrate } from '../../../../src/database/sqlite/open-sqlite.ts'
import { sqliteStore } from '../../../../src/stores/sqlite/index.ts'
import { runsSchema } from '../../../../src/stores/sqlite/schema.ts'
import { failureOf, newRun, resultOf } from '../../stored.ts'

const groupSize = 50

const roles: Readonly<Record<string, (path: string, ...rest: string[]) => Promise<void>>> = {
  /** Claims a run, and stays. */
  async hold(path, run) {
    const store = await sqliteStore({ path })
    await store.claim((await store.find(run!))!.id)
    say('claimed')
    setInterval(() => undefined, 1_000)
  },

  /** Commits group after group, and says how many are there. */
  async commit(path, run, groups, driver) {
    const store = await sqliteStore({ path, driver: driver as DriverName | undefined })
    const { id } = (await store.find(run!)) ?? (await store.create(newRun(run!)))
    await store.claim(id)
    const settled = await store.settled(id, { limit: 1_000_000 })
    let next = settled.length
    const end = next + Number(groups) * groupSize
    while (next < end) {
      const results = Array.from({ length: groupSize }, (_, at) =>
        at % 10 === 0 ? failureOf(next + at, 503) : resultOf(next + at, { body: new Uint8Array(700).fill(at) }),
      )
      next += groupSize
      const progress = { read: next, hasEnded: false, settledBelow: next, mark: { index: next, mark: 'x' } }
      await store.commit(id, { results, progress, at: 2_000 })
      say(String(next))
    }
    await store.close()
  },

  /** Claims a run again and again, and tells if it was not alone. */
  async contend(path, run, times) {
    const store = await sqliteStore({ path, inline: true })
    const { id } = (await store.find(run!))!
    let claims = 0
    while (claims < Number(times)) {
      try {
        await store.claim(id)
      } catch (reason) {
        if ((reason as { code?: string }).code !== 'SLUICE_RUN_BUSY') throw reason
        continue
      }
      claims++
      closeSync(openSync(`${path}-inside`, 'wx'))
      rmSync(`${path}-inside`)
      await store.release(id)
    }
    await store.close()
    say(String(claims))
  },

  /** Opens the store, uses it, and leaves without a word. */
  async leave(path, how) {
    const store = await sqliteStore({ path })
    await store.create(newRun('k'))
    if (how === 'closed') await store.close()
    say('done')
  },

  /** Dies when a step of a migration has been done, and is not yet committed. */
  async dieInMigration(path, ...steps) {
    const driver = await loadSqliteDriver('sqlite:test')
    const connection = driver.open(path, { busyTimeout: 1_000 })
    const dying = new SqliteDatabase({
      get isInTransaction() {
        return connection.isInTransaction
      },
      prepare: (sql) => connection.prepare(sql),
      close: () => connection.close(),
      exec: (sql) => {
        if (sql === 'COMMIT') kill(pid, 'SIGKILL')
        connection.exec(sql)
      },
    })
    migrate(dying, { ...runsSchema, steps })
  },
}

function say(text: string): void {
  writeSync(1, `${text}\n`)
}

const [role, ...rest] = argv.slice(2)
try {
  await roles[role!]!(...(rest as [string]))
} catch (reason) {
  writeSync(2, `${reason}\n`)
  exit(1)
}
