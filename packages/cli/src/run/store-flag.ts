import { isPostgresUrl, parsePostgresUrl } from './postgres-url.ts'
import type { StoreFlag } from './store-place.ts'

/**
 * `--store` as it is typed in commands that are proposed: nothing for the usual place.
 *
 * They work when they are pasted, and show no password: what has one and came from `SLUICE_STORE` is called by that name.
 * What was typed is shown without its password, for which PGPASSWORD or ~/.pgpass stands in.
 */
export function storeFlag(value: StoreFlag, env: NodeJS.ProcessEnv): string {
  if (typeof value !== 'string' || value === '') return ''
  if (!isPostgresUrl(value)) return ` --store ${value}`
  const { password, withoutPassword } = parsePostgresUrl(value)
  if (password !== undefined && env.SLUICE_STORE === value) return ' --store "$SLUICE_STORE"'
  return ` --store ${shellWord(withoutPassword)}`
}

/** What a person who typed a password should know; nothing if none was typed. */
export function typedPasswordWarning(value: StoreFlag, env: NodeJS.ProcessEnv): string | undefined {
  if (typeof value !== 'string' || !isPostgresUrl(value) || env.SLUICE_STORE === value) return undefined
  if (parsePostgresUrl(value).password === undefined) return undefined
  return (
    '--store: the password stands on the command line, where it can be seen and is remembered; put the URL into ' +
    'SLUICE_STORE, or the password into PGPASSWORD or ~/.pgpass (the commands proposed here need one of them)'
  )
}

/** Text as a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
