import type { SourceItem } from '../client/bulk/source.ts'
import { placedItem } from './placed-item.ts'
import type { PrepareRequest } from './run-options.ts'
import type { SourceReading } from './run-source.ts'
import type { ToDo } from './to-do.ts'

export interface TasksSettings {
  readonly toDo: ToDo
  readonly reading: SourceReading
  /** Index of the first item that `reading` returns. */
  readonly first: number
  /** If set, each request carries an idempotency key derived from it. */
  readonly keySeed: string | undefined
  readonly prepare: PrepareRequest | undefined
}

/**
 * Items of a source that have no result yet, each with its index. Not a generator: items that a source returns
 * synchronously are passed on synchronously.
 */
export class Tasks {
  readonly #settings: TasksSettings
  #index: number

  constructor(settings: TasksSettings) {
    this.#settings = settings
    this.#index = settings.first
  }

  /** @throws SourceChangedError if the source has fewer items than were read before; errors of the source. */
  next(): SourceItem | undefined | Promise<SourceItem | undefined> {
    for (;;) {
      const next = this.#settings.reading.next()
      if ('then' in next) return this.#nextOf(next)
      const task = this.#take(next)
      if (task !== undefined || next.done) return task
    }
  }

  /** A loop, not a chain of promises: millions of items may have results already. */
  async #nextOf(late: Promise<IteratorResult<SourceItem, undefined>>): Promise<SourceItem | undefined> {
    let next = await late
    for (;;) {
      const task = this.#take(next)
      if (task !== undefined || next.done) return task
      next = await this.#settings.reading.next()
    }
  }

  #take({ done, value: item }: IteratorResult<SourceItem, undefined>): SourceItem | undefined {
    const { toDo, reading, first, keySeed, prepare } = this.#settings
    if (done) {
      toDo.end(this.#index)
      return undefined
    }
    const index = this.#index++
    if (!toDo.isToDo(index, reading, first)) return undefined
    const placed = placedItem(item, index, keySeed)
    return prepare === undefined || !('request' in placed)
      ? placed
      : { ...placed, request: prepare(placed.request, index) }
  }
}
