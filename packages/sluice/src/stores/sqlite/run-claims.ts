import type { SqliteDriver } from '../../database/sqlite/driver.ts'
import { FileLock, isLocked } from '../../database/sqlite/file-lock.ts'
import { processIdentity } from '../process-identity.ts'

/** Timeout of a claim in milliseconds: a process that only checks a lock holds it for a moment. */
const lookTime = 100

/** Claims of this store: one lock per run, in a file beside the database. */
export class RunClaims {
  readonly #driver: SqliteDriver
  readonly #path: string
  readonly #held = new Map<number, FileLock>()

  constructor(driver: SqliteDriver, path: string) {
    this.#driver = driver
    this.#path = path
  }

  /** Claims a run; true if it is now held by this process. */
  take(runId: number): boolean {
    if (this.#held.has(runId)) return false
    const lock = FileLock.take(this.#driver, this.#pathOf(runId), lookTime)
    if (lock === undefined) return false
    this.#held.set(runId, lock)
    return true
  }

  /** Releases the claim of a run, if this store holds it. */
  giveBack(runId: number): void {
    this.#held.get(runId)?.release()
    this.#held.delete(runId)
  }

  get ours(): readonly number[] {
    return [...this.#held.keys()]
  }

  /** Process that works on a run: `claimedBy`, if the lock of the run is held. */
  holder(runId: number, claimedBy: number | undefined): number | undefined {
    if (this.#held.has(runId)) return processIdentity().pid
    if (claimedBy === undefined) return undefined
    return isLocked(this.#driver, this.#pathOf(runId)) ? claimedBy : undefined
  }

  #pathOf(runId: number): string {
    return `${this.#path}-lock-${runId}`
  }
}
