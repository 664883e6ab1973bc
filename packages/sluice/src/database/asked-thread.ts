import { Worker } from 'node:worker_threads'

/** Message to or from a thread: an answer has the id of its question. */
interface ThreadMessage {
  readonly id: number
}

/** Options of an `AskedThread`. */
export interface AskedThreadOptions {
  /** Name of the thread in profiles. */
  readonly name: string
  /** Plain data for its start. */
  readonly data: unknown
  /** Error of all questions once it has ended. */
  death(why: string): Error
}

/** Worker thread that answers questions. It keeps the process alive only while an answer is awaited. */
export class AskedThread<Question extends ThreadMessage, Answer extends ThreadMessage> {
  readonly #options: AskedThreadOptions
  readonly #worker: Worker
  readonly #pending = new Map<number, PromiseWithResolvers<Answer>>()
  readonly #ended: Promise<void>
  #death: Error | undefined

  constructor(file: URL, options: AskedThreadOptions) {
    this.#options = options
    // The flags of the process are not passed on: threads refuse some of them, such as --input-type.
    this.#worker = new Worker(file, { workerData: options.data, execArgv: [], name: options.name })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    this.#worker.on('message', (said: Answer) => this.#pending.get(said.id)?.resolve(said))
    this.#worker.on('error', (reason) => this.#die(reason.message))
    this.#worker.on('exit', () => {
      this.#die('it ended')
      resolve()
    })
    this.#worker.unref()
  }

  /** True once it has ended. */
  get hasEnded(): boolean {
    return this.#death !== undefined
  }

  /** Sends a question, moving the buffers in `transfers`, and waits for the answer. @throws `death` if it has ended */
  async ask(question: Question, transfers: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#death !== undefined) throw this.#death
    this.#worker.postMessage(question, transfers)
    return await this.answer(question.id)
  }

  /** Waits for the message with an id. @throws `death` if it ends before */
  async answer(id: number): Promise<Answer> {
    const waiting = Promise.withResolvers<Answer>()
    this.#pending.set(id, waiting)
    this.#worker.ref()
    try {
      return await waiting.promise
    } finally {
      this.#pending.delete(id)
      if (this.#pending.size === 0) this.#worker.unref()
    }
  }

  /** Ends it at once. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#worker.ref()
    await this.#worker.terminate()
    await this.#ended
  }

  #die(why: string): void {
    this.#death ??= this.#options.death(why)
    for (const waiting of this.#pending.values()) waiting.reject(this.#death)
  }
}
