import type { BenchmarkReport } from 'sluice/benchmark'

/** Codes of errors that mean that there was no connection. */
const unreached: ReadonlySet<string> = new Set([
  'SLUICE_DNS',
  'SLUICE_CONNECT',
  'SLUICE_CONNECT_TIMEOUT',
  'SLUICE_TLS',
  'SLUICE_PROXY',
])

/** The exit code of a benchmark that came to its end: 0, 3, 4 or 6, as those of `fetch`. */
export function benchExitCode({ rows, errors = [] }: BenchmarkReport): number {
  const sent = rows.reduce((sum, { requests }) => sum + requests, 0)
  const failed = errors.reduce((sum, { count }) => sum + count, 0)
  if (failed === 0) return 0
  if (rows.every(({ rpsRange }) => rpsRange[1] === 0)) {
    if (errors.every(({ status }) => status === 401 || status === 403)) return 4
    if (errors.every(({ code, status }) => status === undefined && unreached.has(code))) return 6
  }
  return failed > sent / 2 ? 3 : 0
}
