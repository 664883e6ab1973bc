import type { SourceItem, SourceReading } from './run-source.ts'
import type { ToDo } from './to-do.ts'

/** An item that is to be done, and its place in the source. */
export interface Task {
  readonly index: number
  readonly item: SourceItem
}

/**
 * What is to be done of a source, from some place on. Not a generator: what a source gives at once is handed on at once.
 */
export class Tasks {
  readonly #toDo: ToDo
  readonly #reading: SourceReading
  readonly #first: number
  #index: number

  constructor(toDo: ToDo, reading: SourceReading, first: number) {
    this.#toDo = toDo
    this.#reading = reading
    this.#first = first
    this.#index = first
  }

  /** @throws SourceChangedError if the source ends before what had been read of it, and what the source throws. */
  next(): Task | undefined | Promise<Task | undefined> {
    for (;;) {
      const next = this.#reading.next()
      if ('then' in next) return this.#nextOf(next)
      const task = this.#take(next)
      if (task !== undefined || next.done) return task
    }
  }

  /** A loop and not a chain of promises: there may be millions of items that are not to be done. */
  async #nextOf(late: Promise<IteratorResult<SourceItem, undefined>>): Promise<Task | undefined> {
    let next = await late
    for (;;) {
      const task = this.#take(next)
      if (task !== undefined || next.done) return task
      next = await this.#reading.next()
    }
  }

  #take({ done, value: item }: IteratorResult<SourceItem, undefined>): Task | undefined {
    if (done) {
      this.#toDo.end(this.#index)
      return undefined
    }
    const index = this.#index++
    return this.#toDo.isToDo(index, this.#reading, this.#first) ? { index, item } : undefined
  }
}
