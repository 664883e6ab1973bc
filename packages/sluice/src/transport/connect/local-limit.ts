import { LocalLimitError } from '../errors.ts'

/** What this machine has run out of, and what changes it. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'this process has too many open files (EMFILE): raise `ulimit -n`, or lower the concurrency'],
  ['ENFILE', 'this machine has too many open files (ENFILE): raise its limit, or lower the concurrency'],
  ['EADDRNOTAVAIL', 'this machine has no free port left (EADDRNOTAVAIL): lower the concurrency, or keep connections'],
  ['ENOBUFS', 'this machine has no buffers left (ENOBUFS): lower the concurrency'],
  ['ENOMEM', 'this machine has no memory left (ENOMEM): lower the concurrency'],
])

/** The error for a connection that this machine could not open, whatever the server; undefined for any other error. */
export function localLimit(error: unknown): LocalLimitError | undefined {
  if (error instanceof LocalLimitError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const meaning = meanings.get(code)
  return meaning === undefined ? undefined : new LocalLimitError(`cannot open a connection: ${meaning}`, error)
}
