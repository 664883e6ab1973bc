import { Worker } from 'node:worker_threads'
import { StoreError } from '../../database/store-error.ts'
import type { OpenFileOptions, StoreCalls, Verb } from './open-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { type Answer, errorOf, type Question, question, repliedIn, transfersOf } from './thread-messages.ts'

/** File of the thread, in the sources or in the build. */
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './store-thread.ts' : './store-thread.js', import.meta.url)

/** Store in a thread of its own, so that a slow disk does not delay the event loop that paces requests. */
export class ThreadCalls implements StoreCalls {
  readonly #store: string
  readonly #worker: Worker
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #ended: Promise<void>
  #lastId = 0
  #death: StoreError | undefined

  private constructor(store: string, worker: Worker) {
    this.#store = store
    this.#worker = worker
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    worker.on('message', (said: Answer) => this.#settle(said))
    worker.on('error', (reason) => this.#die(reason.message))
    worker.on('exit', () => {
      this.#die('it ended')
      resolve()
    })
    // An open store keeps the process alive only while an answer is awaited.
    worker.unref()
  }

  /** Starts the thread as a Node worker that opens the file. Tests pass another `file`. */
  static async open(options: OpenFileOptions, file: URL = threadFile): Promise<ThreadCalls> {
    // The flags of the process are not passed on: threads refuse some of them, such as --input-type.
    const worker = new Worker(file, { workerData: options, execArgv: [], name: options.store })
    const calls = new ThreadCalls(options.store, worker)
    try {
      await calls.#wait(0)
    } catch (reason) {
      await calls.#stop()
      throw reason
    }
    return calls
  }

  call<V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>): Promise<ReturnType<SqliteFile[V]>> {
    return this.#ask(verb, args) as Promise<ReturnType<SqliteFile[V]>>
  }

  async close(): Promise<void> {
    try {
      if (this.#death === undefined) await this.#ask('close', [])
    } finally {
      await this.#stop()
    }
  }

  async #ask(verb: Question['verb'], args: readonly unknown[]): Promise<unknown> {
    if (this.#death !== undefined) throw this.#death
    const asked = question(++this.#lastId, verb, args)
    this.#worker.postMessage(asked, transfersOf(asked))
    return await this.#wait(asked.id)
  }

  async #wait(id: number): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>()
    this.#pending.set(id, waiting)
    this.#worker.ref()
    try {
      return await waiting.promise
    } finally {
      this.#pending.delete(id)
      if (this.#pending.size === 0) this.#worker.unref()
    }
  }

  #settle(said: Answer): void {
    const waiting = this.#pending.get(said.id)
    if (said.failure === undefined) waiting?.resolve(repliedIn(said))
    else waiting?.reject(errorOf(said.failure))
  }

  #die(why: string): void {
    this.#death ??= new StoreError(
      'SLUICE_STORE',
      `${this.#store}: its worker thread has ended (${why}); open it again: committed data is safe`,
    )
    for (const waiting of this.#pending.values()) waiting.reject(this.#death)
  }

  async #stop(): Promise<void> {
    this.#worker.ref()
    await this.#worker.terminate()
    await this.#ended
  }
}
