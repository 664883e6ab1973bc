import type { Reconnecting } from '../../database/postgres/reconnecting.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { systemClock } from '../../time/system-clock.ts'
import { processIdentity } from '../process-identity.ts'
import type { LockSession, SessionIdentity } from './lock-session.ts'
import { tryLock, unlock } from './run-rows.ts'

/** Claim of a run by this store. */
export interface Claim {
  /** Number of the claim: commits with an earlier one are rejected. Undefined until the run is claimed. */
  epoch: number | undefined
  /** True if another process has claimed the run while the connection was lost. */
  isLost: boolean
}

/** Attempts, and pause in ms: the server may take a moment to notice that the session with the lock has ended. */
const tries = 20
const pause = 100

/** Claims of this store: one lock per run, all held by one session, and taken again if that session is lost. */
export class RunClaims {
  readonly #open: (onLost: (session: LockSession) => void) => Promise<LockSession>
  readonly #reconnecting: Reconnecting
  readonly #held = new Map<number, Claim>()
  readonly #closing = new Cancellation()
  #session: Promise<LockSession> | undefined
  #previous: SessionIdentity | undefined
  #retaking: Promise<void> | undefined

  constructor(open: (onLost: (session: LockSession) => void) => Promise<LockSession>, reconnecting: Reconnecting) {
    this.#open = open
    this.#reconnecting = reconnecting
  }

  /** Claims a run, unless it is claimed already. */
  async take(runId: number): Promise<'ours' | 'busy' | 'unknown'> {
    if (this.#held.has(runId)) return 'busy'
    const claim: Claim = { epoch: undefined, isLost: false }
    this.#held.set(runId, claim)
    let outcome: 'ours' | 'busy' | 'unknown' | undefined
    try {
      outcome = await this.#reconnecting.during(() => this.#takeNow(runId, claim))
      return outcome
    } finally {
      if (outcome !== 'ours') await this.#forget(runId)
    }
  }

  /** Claim of a run; undefined if this store does not hold it. */
  of(runId: number): Claim | undefined {
    // An earlier attempt to retake the claims may have failed.
    if (this.#session === undefined && this.#held.size > 0) this.#retake()
    return this.#held.get(runId)
  }

  async giveBack(runId: number): Promise<void> {
    const claim = this.#held.get(runId)
    if (claim === undefined) return
    try {
      // Without a session the lock is already released.
      const session = await this.#session
      if (session !== undefined && !claim.isLost) {
        await session.ask('UPDATE runs SET claimed_by = NULL WHERE id = $1 AND claim_epoch = $2', [runId, claim.epoch])
        await session.ask(unlock, [runId])
      }
    } catch {
      // Only the lock matters, and it ends with the session.
      if (this.#held.size > 1) await this.#drop()
    } finally {
      await this.#forget(runId)
    }
  }

  async close(): Promise<void> {
    this.#closing.cancel('closed')
    for (const runId of [...this.#held.keys()]) await this.giveBack(runId)
    await this.#retaking
  }

  async #takeNow(runId: number, claim: Claim): Promise<'ours' | 'busy' | 'unknown'> {
    const session = await this.#connected()
    const [lock] = await session.ask(tryLock, [runId])
    if (lock!.is_ours !== true) return 'busy'
    try {
      const [run] = await session.ask(
        `UPDATE runs SET claimed_by = $2, claim_epoch = claim_epoch + 1 WHERE id = $1 AND NOT is_removed
         RETURNING claim_epoch::text AS epoch`,
        [runId, processIdentity().pid],
      )
      if (run !== undefined) claim.epoch = Number(run.epoch)
    } finally {
      if (claim.epoch === undefined) await session.ask(unlock, [runId]).catch(() => undefined)
    }
    return claim.epoch === undefined ? 'unknown' : 'ours'
  }

  #retake(): void {
    this.#retaking ??= this.#retakeAll().finally(() => {
      this.#retaking = undefined
    })
  }

  async #retakeAll(): Promise<void> {
    for (const [runId, claim] of [...this.#held]) {
      if (claim.epoch === undefined || claim.isLost || this.#closing.cancelled) continue
      try {
        claim.isLost = !(await this.#reconnecting.during(() => this.#retakeNow(runId, claim)))
      } catch {
        // The next commit reports the error, and the epoch prevents two processes from working on the run.
        return
      }
    }
    if (this.#held.size === 0) await this.#drop()
  }

  /** Takes the lock again; false if another process has claimed the run meanwhile. */
  async #retakeNow(runId: number, claim: Claim): Promise<boolean> {
    const session = await this.#connected()
    for (let count = 1; ; count++) {
      const [lock] = await session.ask(tryLock, [runId])
      if (lock!.is_ours === true) break
      if (count === tries || !(await waitFor(systemClock, pause, this.#closing))) return false
    }
    const known = 'SELECT FROM runs WHERE id = $1 AND claim_epoch = $2 AND NOT is_removed'
    const isUnchanged = (await session.ask(known, [runId, claim.epoch])).length === 1
    // The run may have been released meanwhile.
    if (isUnchanged && this.#held.get(runId) === claim) return true
    await session.ask(unlock, [runId])
    return false
  }

  #connected(): Promise<LockSession> {
    if (this.#session === undefined) {
      const session = this.#connect()
      this.#session = session
      session.catch(() => {
        if (this.#session === session) this.#session = undefined
      })
    }
    return this.#session
  }

  async #connect(): Promise<LockSession> {
    const session = await this.#open(this.#lose)
    const previous = this.#previous
    if (previous !== undefined) {
      // The server may not have noticed the loss of the previous session, whose locks would then block this one.
      await session.ask(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz',
        [previous.pid, previous.startedAt],
      )
    }
    this.#previous = session.identity
    return session
  }

  #lose = (): void => {
    this.#session = undefined
    if (this.#held.size > 0 && !this.#closing.cancelled) this.#retake()
  }

  async #forget(runId: number): Promise<void> {
    this.#held.delete(runId)
    if (this.#held.size === 0) await this.#drop()
  }

  async #drop(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.then((open) => open.close()).catch(() => undefined)
  }
}
