import type { Reconnecting } from '../../database/postgres/reconnecting.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { systemClock } from '../../time/system-clock.ts'
import { processIdentity } from '../process-identity.ts'
import type { LockSession, SessionIdentity } from './lock-session.ts'
import { tryLock, unlock } from './run-rows.ts'

/** A run that this store works on. */
export interface Claim {
  /** Number of the claim: commits with an earlier one are refused. Undefined until the claim is taken. */
  epoch: number | undefined
  /** Somebody else has taken it while the connection was lost. */
  isLost: boolean
}

/** The server may take a moment to notice that the session that held a lock is gone: so often and so long it is asked. */
const tries = 20
const pause = 100

/** Which runs this store works on: a lock each, held by one session, and taken anew when that is lost. */
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

  /** Makes a run ours, unless it is somebody's already. */
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

  /** Missing if the run is not ours. */
  of(runId: number): Claim | undefined {
    // An earlier attempt to take them again may have given up.
    if (this.#session === undefined && this.#held.size > 0) this.#retake()
    return this.#held.get(runId)
  }

  async giveBack(runId: number): Promise<void> {
    const claim = this.#held.get(runId)
    if (claim === undefined) return
    try {
      // Without a session it is free already.
      const session = await this.#session
      if (session !== undefined && !claim.isLost) {
        await session.ask('UPDATE runs SET claimed_by = NULL WHERE id = $1 AND claim_epoch = $2', [runId, claim.epoch])
        await session.ask(unlock, [runId])
      }
    } catch {
      // What counts is the lock, and that goes with the session.
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
        // The next commit reports it, and the epoch keeps two processes from working on the run.
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
    // It may have been released meanwhile.
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
      // The server may not know yet that it has lost us, and would keep our own locks from us.
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
