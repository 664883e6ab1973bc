import { fstatSync } from 'node:fs'
import type { Io } from '../io.ts'

/** Whether something is piped in. A terminal is never waited for in silence, and neither is a closed stdin. */
export function isPiped({ stdin }: Io): boolean {
  if (stdin.isTTY) return false
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    return false
  }
}
