import { durationBucket } from '../algorithms/histogram/duration-buckets.ts'
import type { ClientStatus } from '../client/client.ts'
import { type RunSlice, sliceAt } from '../stores/run-slice.ts'
import type { StoredResult } from '../stores/stored-item.ts'

/** Milliseconds between two looks at what is in flight. */
const sampleMs = 200
/** Slowest calls that a slice names. */
const mostSlowest = 2
/** Buckets that are joined into one. */
const joined = 5

export interface SliceRecorderSettings {
  /** When the run began, in milliseconds since the epoch. */
  readonly createdAt: number
  readonly status: () => Pick<ClientStatus, 'inFlight' | 'concurrency' | 'waits'>
}

interface OpenSlice extends Pick<RunSlice, 'at' | 'ms'> {
  succeeded: number
  failed: number
  throttled: number
  readonly durations: Map<number, number>
  inFlight: number
  limit: number
  readonly waits: Map<string, number>
  slowest: (readonly [index: number, ms: number])[]
}

/** Adds up what this process does of a run, slice by slice. Its memory is that of one slice. */
export class SliceRecorder {
  readonly #settings: SliceRecorderSettings
  #open: OpenSlice | undefined
  #over: RunSlice[] = []
  #sampledAt = Number.NEGATIVE_INFINITY
  #waited = new Map<string, number>()
  #hasEnded = false

  constructor(settings: SliceRecorderSettings) {
    this.#settings = settings
  }

  add({ index, ok, throttled, attemptMs, timing, settledAt }: StoredResult): void {
    const slice = this.#sliceAt(settledAt)
    if (ok) slice.succeeded++
    else slice.failed++
    slice.throttled += throttled
    if (timing[1] > 0) slice.waits.set('backoff', (slice.waits.get('backoff') ?? 0) + timing[1])
    for (const duration of attemptMs) {
      const bucket = Math.ceil(durationBucket(duration) / joined) * joined
      slice.durations.set(bucket, (slice.durations.get(bucket) ?? 0) + 1)
    }
    const total = timing[5]
    const least = slice.slowest.at(-1)
    if (slice.slowest.length === mostSlowest && least !== undefined && total <= least[1]) return
    slice.slowest = [...slice.slowest, [index, total] as const].sort((a, b) => b[1] - a[1]).slice(0, mostSlowest)
  }

  /** Slices that are over; after `end` also the one that is not. Each is given once. */
  take(now: number): readonly RunSlice[] {
    if (now - this.#sampledAt >= sampleMs || this.#hasEnded) this.#sample(now)
    if (this.#hasEnded) this.#close()
    const over = this.#over
    this.#over = []
    return over
  }

  /** Nothing follows. Returns true if there is something to take. */
  end(): boolean {
    this.#hasEnded = true
    return this.#open !== undefined || this.#over.length > 0
  }

  #sample(now: number): void {
    this.#sampledAt = now
    const { inFlight, concurrency, waits } = this.#settings.status()
    const slice = this.#sliceAt(now)
    slice.inFlight = Math.max(slice.inFlight, inFlight)
    slice.limit = concurrency
    for (const [limit, ms] of waits) {
      const more = ms - (this.#waited.get(limit) ?? 0)
      if (more > 0) slice.waits.set(limit, (slice.waits.get(limit) ?? 0) + more)
    }
    this.#waited = new Map(waits)
  }

  /** The open slice. A clock that was set back adds to it too. */
  #sliceAt(moment: number): OpenSlice {
    const { at, ms } = sliceAt(moment, this.#settings.createdAt)
    if (this.#open !== undefined && at <= this.#open.at) return this.#open
    this.#close()
    this.#open = {
      at,
      ms,
      succeeded: 0,
      failed: 0,
      throttled: 0,
      durations: new Map(),
      inFlight: 0,
      limit: 0,
      waits: new Map(),
      slowest: [],
    }
    return this.#open
  }

  #close(): void {
    if (this.#open === undefined) return
    const { durations, waits, ...counts } = this.#open
    this.#over.push({
      ...counts,
      durations: [...durations],
      waits: Object.fromEntries(Array.from(waits, ([limit, ms]) => [limit, Math.round(ms)])),
    })
    this.#open = undefined
  }
}
