import type { StoredResult } from '../../stores/stored-item.ts'

/** Counts of a worker since it joined. */
export class WorkTally {
  succeeded = 0
  failed = 0
  parked = 0
  requests = 0
  throttled = 0
  /** Chunks that another worker took over. */
  lost = 0

  get settled(): number {
    return this.succeeded + this.failed
  }

  add({ ok, requests, throttled }: StoredResult): void {
    if (ok) this.succeeded++
    else this.failed++
    this.requests += requests
    this.throttled += throttled
  }
}
