import { StoreError } from '../../database/store-error.ts'
import type { RunSlice } from '../run-slice.ts'
import type { CommitGroup, Page, QuotaSend, ResultFilter, RunPage, RunStore } from '../run-store.ts'
import type { RunSteering, RunWish } from '../run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stored-item.ts'
import type { NewRun, RunTallies, StoredRun } from '../stored-run.ts'
import { MemoryRun } from './memory-run.ts'

/** Stores runs in memory: they are lost when the process ends. For tests, and for runs that need not survive. */
export class MemoryStore implements RunStore {
  readonly name = 'memory'
  readonly #runs = new Map<number, MemoryRun>()
  readonly #claimed = new Set<number>()
  readonly #sends = new Map<string, QuotaSend>()
  #lastId = 0

  async create(run: NewRun): Promise<StoredRun> {
    if ((await this.find(run.name)) !== undefined) throw runExists(run.name, this.name)
    const id = ++this.#lastId
    this.#runs.set(id, new MemoryRun(id, structuredClone(run)))
    return this.#shown(this.#runs.get(id)!)
  }

  async find(name: string): Promise<StoredRun | undefined> {
    for (const run of this.#runs.values()) if (run.begun.name === name) return this.#shown(run)
    return undefined
  }

  async list({ before = Number.POSITIVE_INFINITY, limit }: RunPage = {}): Promise<readonly StoredRun[]> {
    const runs = [...this.#runs.values()].reverse().map((run) => this.#shown(run))
    return runs.filter(({ id }) => id < before).slice(0, limit)
  }

  async count(): Promise<number> {
    return this.#runs.size
  }

  async remove(runId: number): Promise<void> {
    const run = this.#run(runId)
    if (this.#claimed.has(runId)) throw runBusy(run.begun.name, this.name)
    this.#runs.delete(runId)
  }

  async claim(runId: number): Promise<void> {
    const run = this.#run(runId)
    if (this.#claimed.has(runId)) throw runBusy(run.begun.name, this.name)
    this.#claimed.add(runId)
  }

  async release(runId: number): Promise<void> {
    this.#claimed.delete(runId)
  }

  async commit(runId: number, group: CommitGroup): Promise<void> {
    this.#run(runId).commit(structuredClone(group))
    for (const send of group.sends ?? []) {
      const key = `${send.at} ${send.quota}`
      const { weight = 0, until = 0 } = this.#sends.get(key) ?? {}
      this.#sends.set(key, { ...send, weight: weight + send.weight, until: Math.max(until, send.until) })
    }
    for (const [key, { until }] of this.#sends) if (until <= group.at) this.#sends.delete(key)
  }

  async spooled(runId: number, page?: Page): Promise<readonly SpooledItem[]> {
    return cut(pageOf(this.#run(runId).spooled.values(), page), page, ({ request }) => request.length)
  }

  async parked(runId: number, page?: Page & { readonly dueBy?: number }): Promise<readonly ParkedItem[]> {
    const due = page?.dueBy ?? Number.POSITIVE_INFINITY
    const parked = [...this.#run(runId).parked.values()].filter(({ until }) => until <= due)
    return pageOf(parked, page)
  }

  async settled(runId: number, page?: Page): Promise<readonly number[]> {
    const { results, parked } = this.#run(runId)
    const all = [...results.keys(), ...parked.keys()].map((index) => ({ index }))
    return pageOf(all, page).map(({ index }) => index)
  }

  async results(runId: number, page?: Page & ResultFilter): Promise<readonly StoredResult[]> {
    return cut(pageOf(this.#run(runId).matching(page ?? {}), page), page, ({ body }) => body?.length ?? 0)
  }

  async tallies(runId: number): Promise<RunTallies> {
    return this.#run(runId).tallies()
  }

  async slices(runId: number): Promise<readonly RunSlice[]> {
    return this.#run(runId).slices.toSorted((a, b) => a.at - b.at)
  }

  async requeue(runId: number, filter: ResultFilter = {}): Promise<number> {
    return this.#run(runId).requeue(filter)
  }

  async quotaSends(date: number): Promise<readonly QuotaSend[]> {
    return [...this.#sends.values()].filter(({ until }) => until > date).sort((a, b) => a.at - b.at)
  }

  async steer(runId: number, steering: RunSteering): Promise<void> {
    this.#run(runId).steer(steering)
  }

  async wish(runId: number): Promise<RunWish> {
    return this.#run(runId).wish
  }

  async close(): Promise<void> {
    this.#claimed.clear()
  }

  #run(runId: number): MemoryRun {
    const run = this.#runs.get(runId)
    if (run === undefined) throw new StoreError('SLUICE_RUN_UNKNOWN', `${this.name}: there is no run ${runId}`)
    return run
  }

  #shown(run: MemoryRun): StoredRun {
    return { ...run.state(), claimedBy: this.#claimed.has(run.id) ? 0 : undefined }
  }
}

function pageOf<T extends { readonly index: number }>(
  items: Iterable<T>,
  { after = -1, limit = 1_000 }: Page = {},
): T[] {
  return [...items]
    .filter(({ index }) => index > after)
    .sort((a, b) => a.index - b.index)
    .slice(0, limit)
}

/** Cuts a page off after the item that reaches `maxBytes`. */
function cut<T>(items: T[], { maxBytes = Number.POSITIVE_INFINITY }: Page = {}, size: (item: T) => number): T[] {
  let bytes = 0
  const last = items.findIndex((item) => {
    bytes += size(item)
    return bytes >= maxBytes
  })
  return last === -1 ? items : items.slice(0, last + 1)
}

function runExists(run: string, store: string): StoreError {
  return new StoreError(
    'SLUICE_RUN_EXISTS',
    `${store}: a run called ${run} already exists; choose another name, or resume it`,
  )
}

function runBusy(run: string, store: string): StoreError {
  return new StoreError('SLUICE_RUN_BUSY', `${store}: the run ${run} is in use`)
}
