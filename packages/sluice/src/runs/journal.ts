import type { RunSlice } from '../stores/run-slice.ts'
import type { CommitGroup, QuotaSend, SourceProgress } from '../stores/run-store.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stores/stored-item.ts'
import type { Clock, Timer } from '../time/clock.ts'

/** A group is committed when it has so many entries, */
const groupSize = 500
/** or bodies and texts of so many bytes, */
const groupBytes = 4 * 1024 * 1024
/** or so many milliseconds after the one before, unless the store says otherwise: what was answered since is done again after a kill. */
const usualInterval = 5

export interface JournalSettings {
  /** Keeps a group in the store. */
  readonly commit: (group: CommitGroup) => Promise<void>
  readonly clock: Clock
  /** Milliseconds between two commits. @default 5 */
  readonly interval?: number | undefined
  /** Progress of reading the source, for the group to be committed. @default not stored */
  readonly progress?: () => SourceProgress
  /** Slices that are over at a moment, in milliseconds since the epoch. @default none */
  readonly slices?: (at: number) => readonly RunSlice[]
  /** The store has failed: nothing more can be kept. Called once. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Commits in groups what has happened, in the order in which it was told, and one group at a time, so that a commit costs
 * little for each item and nothing waits for the disk but those who are far ahead of it.
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

  /** Results that are not in the store yet. */
  get unstored(): number {
    return this.#results.length + this.#beingStored
  }

  /** True if no more should be added before there is `room`. */
  get isBehind(): boolean {
    return this.#isFull && this.#committing !== undefined
  }

  /** Keeps a result, and in the same commit the items that follow from it. */
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

  /** The source has been read further, or to its end: that is kept too, though nothing else may come. */
  touch(): void {
    this.#begin()
  }

  /** Resolves when there is room for more. @throws what the store throws. */
  async room(): Promise<void> {
    while (this.isBehind && this.#failure === undefined) await this.#committing
    this.#throwFailure()
  }

  /** Calls `listener` after each commit. Returns how to stop. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Commits everything. @throws what the store throws. */
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

  /** A store that throws at once fails like one that rejects. */
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
