import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'

/** The SQLite that Node brings. */
export async function openNodeSqlite(path: string, busyTimeout: number): Promise<DatabaseSync> {
  const { DatabaseSync } = await withoutItsWarning(() => import('node:sqlite'))
  return new DatabaseSync(path, { timeout: busyTimeout })
}

/** What SQLite calls what went wrong; nothing if the error is not from SQLite. */
export function sqliteCodeOf(reason: unknown): number | undefined {
  const code: unknown = reason instanceof Error && 'errcode' in reason ? reason.errcode : undefined
  return typeof code === 'number' ? code : undefined
}

/** Older Nodes say on stderr that node:sqlite is an experiment. Whoever reads news cannot do anything about that. */
async function withoutItsWarning<T>(load: () => Promise<T>): Promise<T> {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!(String(warning).includes('SQLite') && String(rest[0]) === 'ExperimentalWarning'))
      emitWarning(warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return await load()
  } finally {
    process.emitWarning = emitWarning
  }
}
