import type { SqliteDriver } from '../../database/sqlite/driver.ts'
import { FileLock, isLocked } from '../../database/sqlite/file-lock.ts'
import { processIdentity } from '../process-identity.ts'

/** Time that a claim waits for a lock, in milliseconds: a process that only checks it holds it for a moment. */
const lookTime = 100

/** Which runs this store works on: a lock each, beside the file. */
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

  /** Removes it; true if this process held it. */
  giveBack(runId: number): void {
    this.#held.get(runId)?.release()
    this.#held.delete(runId)
  }

  get ours(): readonly number[] {
    return [...this.#held.keys()]
  }

  /** The process that works on a run, if that which once said so still does. */
  holder(runId: number, claimedBy: number | undefined): number | undefined {
    if (this.#held.has(runId)) return processIdentity().pid
    if (claimedBy === undefined) return undefined
    return isLocked(this.#driver, this.#pathOf(runId)) ? claimedBy : undefined
  }

  #pathOf(runId: number): string {
    return `${this.#path}-lock-${runId}`
  }
}
