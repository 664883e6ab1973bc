import type { Database } from './database.ts'
import { applicationId } from './schema.ts'

/** How many steps of its schema a file has. */
export function versionOf(database: Database): number {
  return database.number('PRAGMA user_version')
}

/** Does the steps that the file does not have yet, each as a whole or not at all. */
export function migrate(database: Database, steps: readonly string[]): void {
  for (let version = versionOf(database) + 1; version <= steps.length; version++) {
    database.write(() => {
      // Another process may have done it while this one waited for its turn.
      if (versionOf(database) >= version) return
      database.exec(steps[version - 1]!)
      database.exec(`PRAGMA application_id = ${applicationId}`)
      database.exec(`PRAGMA user_version = ${version}`)
    })
  }
}
