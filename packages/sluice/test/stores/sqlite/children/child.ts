// A process of its own that works with a store, so that it can be killed and can be in the way of others.
import { kill, pid } from 'node:process'
import { SqliteDatabase } from '../../../../src/database/sqlite/database.ts'
import type { DriverName } from '../../../../src/database/sqlite/driver.ts'
import { loadSqliteDriver } from '../../../../src/database/sqlite/drivers.ts'
import { migrate } from '../../../../src/database/sqlite/open-sqlite.ts'
import { sqliteStore } from '../../../../src/stores/sqlite/index.ts'
import { runsSchema } from '../../../../src/stores/sqlite/schema.ts'
import { play, type Roles, storeRoles } from '../../child-roles.ts'

const roles: Roles = {
  ...storeRoles((path, driver) => sqliteStore({ path, driver: driver as DriverName | undefined })),

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

await play(roles)
