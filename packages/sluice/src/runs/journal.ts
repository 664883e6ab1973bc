import type { RunSlice } from '../stores/run-slice.ts'
import type { CommitGroup, QuotaSend, SourceProgress } from '../stores/run-store.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stores/stored-item.ts'
import type { Clock, Timer } from '../time/clock.ts'

/** Number of entries after which a group is committed immediately. */
const groupSize = 500
/** Bytes of bodies and texts after which a group is committed immediately. */
const groupBytes = 4 * 1024 * 1024
/** Default interval between commits in ms. After a kill, calls whose results were not committed yet are repeated. */
const usualInterval = 5

export interface JournalSettings {
  /** Commits a group to the store. */
  readonly commit: (group: CommitGroup) => Promise<void>
  readonly clock: Clock
  /** Milliseconds between two commits. @default 5 */
  readonly interval?: number | undefined
  /** Progress of reading the source, for the group to be committed. @default not stored */
  readonly progress?: () => SourceProgress
  /** Finished slices at a time in milliseconds since the epoch. @default none */
  readonly slices?: (at: number) => readonly RunSlice[]
  /** Called once, when the store has failed and nothing more can be stored. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Commits entries in groups, in the order in which they were added, and one group at a time. A commit costs little per
 * item, and only callers that are far ahead wait for the disk.
 */
export class Journal {
  readonly #settings: JournalSettings
  #results: StoredResult[] = []
  #parked: ParkedItem[] = []
  #spooled: SpooledItem[] = []
  #sends: QuotaSend[] = []
  #bytes = 0
  #timer: Timer | undefined
  #committing: Promise<void> | undefined
  #beingStored = 0
  #failure: { readonly error: unknown } | undefined
  #committedAt: number
  #isDirty = false
  readonly #listeners = new Set<() => void>()

  constructor(settings: JournalSettings) {
    this.#settings = settings
    this.#committedAt = settings.clock.now()
  }

  /** Number of results that are not in the store yet. */
  get unstored(): number {
    return this.#results.length + this.#beingStored
  }

  /** True if no more should be added until `room` resolves. */
  get isBehind(): boolean {
    return this.#isFull && this.#committing !== undefined
  }

  /** Adds a result and, in the same commit, the items that follow from it. */
  settle(result: StoredResult, following: readonly SpooledItem[] = []): void {
    this.#results.push(result)
    this.#bytes += (result.body?.byteLength ?? 0) + result.id.length + (result.url?.length ?? 0)
    for (const item of following) {
      this.#spooled.push(item)
      this.#bytes += item.request.length
    }
    this.#begin()
  }

  park(item: ParkedItem): void {
    this.#parked.push(item)
    this.#begin()
  }

  spool(item: SpooledItem): void {
    this.#spooled.push(item)
    this.#bytes += item.request.length
    this.#begin()
  }

  send(send: QuotaSend): void {
    this.#sends.push(send)
    this.#begin()
  }

  /** Schedules a commit of the source's progress, even if nothing else follows. */
  touch(): void {
    this.#begin()
  }

  /** Resolves when there is room for more. @throws errors of the store. */
  async room(): Promise<void> {
    while (this.isBehind && this.#failure === undefined) await this.#committing
    this.#throwFailure()
  }

  /** Calls `listener` after each commit. Returns a function that stops this. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Commits everything. @throws errors of the store. */
  async flush(): Promise<void> {
    while ((this.#isDirty || this.#committing !== undefined) && this.#failure === undefined) {
      if (this.#committing === undefined) this.#commit()
      await this.#committing
    }
    this.#throwFailure()
  }

  get #isFull(): boolean {
    return this.#results.length + this.#parked.length + this.#spooled.length >= groupSize || this.#bytes >= groupBytes
  }

  get #untilNext(): number {
    const { interval = usualInterval, clock } = this.#settings
    return Math.max(0, this.#committedAt + interval - clock.now())
  }

  #begin(): void {
    this.#isDirty = true
    if (this.#failure !== undefined || this.#committing !== undefined) return
    if (this.#isFull) this.#commit()
    else this.#timer ??= this.#settings.clock.timer(this.#untilNext, () => this.#commit())
  }

  #commit(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#committing = this.#keep(this.#takeGroup()).then(
      () => this.#afterCommit(),
      (error: unknown) => {
        this.#committing = undefined
        this.#failure = { error }
        this.#settings.onFailure(error)
      },
    )
  }

  /** Async, so that a store that throws synchronously fails like one that rejects. */
  async #keep(group: CommitGroup): Promise<void> {
    await this.#settings.commit(group)
  }

  #takeGroup(): CommitGroup {
    const { clock, progress, slices } = this.#settings
    const now = clock.now()
    const at = clock.wallTime()
    const group = {
      results: this.#results,
      parked: this.#parked,
      spooled: this.#spooled,
      sends: this.#sends,
      progress: progress?.(),
      elapsed: now - this.#committedAt,
      slices: slices?.(at),
      at,
    }
    this.#beingStored = this.#results.length
    this.#results = []
    this.#parked = []
    this.#spooled = []
    this.#sends = []
    this.#bytes = 0
    this.#committedAt = now
    this.#isDirty = false
    return group
  }

  #afterCommit(): void {
    this.#committing = undefined
    this.#beingStored = 0
    for (const listener of [...this.#listeners]) listener()
    if (this.#isDirty) this.#begin()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
