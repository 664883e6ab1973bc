import { durationBucket } from '../algorithms/histogram/duration-buckets.ts'
import type { ClientStatus } from '../client/client.ts'
import { type RunSlice, sliceAt } from '../stores/run-slice.ts'
import type { StoredResult } from '../stores/stored-item.ts'

/** Interval in milliseconds of sampling the calls in flight. */
const sampleMs = 200
/** Maximum number of slowest calls that a slice names. */
const maxSlowest = 2
/** Number of buckets that are merged into one. */
const joined = 5

export interface SliceRecorderSettings {
  /** Time at which the run was created, in milliseconds since the epoch. */
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

/** Records the work of this process on a run, slice by slice. Holds only one slice in memory. */
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
    if (slice.slowest.length === maxSlowest && least !== undefined && total <= least[1]) return
    slice.slowest = [...slice.slowest, [index, total] as const].sort((a, b) => b[1] - a[1]).slice(0, maxSlowest)
  }

  /** Returns the slices that are finished, each once. After `end`, this includes the open one. */
  take(now: number): readonly RunSlice[] {
    if (now - this.#sampledAt >= sampleMs || this.#hasEnded) this.#sample(now)
    if (this.#hasEnded) this.#close()
    const over = this.#over
    this.#over = []
    return over
  }

  /** Ends the recording. Returns true if there is something to take. */
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

  /** Slice of a moment, opened if needed. If the clock was set back, the open slice. */
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
