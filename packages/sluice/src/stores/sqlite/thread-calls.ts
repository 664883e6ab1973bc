import { AskedThread } from '../../database/asked-thread.ts'
import { StoreError } from '../../database/store-error.ts'
import type { OpenFileOptions, StoreCalls, Verb } from './open-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { type Answer, type Question, question, repliedIn, transfersOf } from './thread-messages.ts'

/** File of the thread, in the sources or in the build. */
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './store-thread.ts' : './store-thread.js', import.meta.url)

/** Store in a thread of its own, so that a slow disk does not delay the event loop that paces requests. */
export class ThreadCalls implements StoreCalls {
  readonly #thread: AskedThread<Question, Answer>
  #lastId = 0

  private constructor(thread: AskedThread<Question, Answer>) {
    this.#thread = thread
  }

  /** Starts the thread as a Node worker that opens the file. Tests pass another `file`. */
  static async open(options: OpenFileOptions, file: URL = threadFile): Promise<ThreadCalls> {
    const { store } = options
    const thread = new AskedThread<Question, Answer>(file, {
      name: store,
      data: options,
      death: (why) =>
        new StoreError(
          'SLUICE_STORE',
          `${store}: its worker thread has ended (${why}); open it again: committed data is safe`,
        ),
    })
    try {
      repliedIn(await thread.answer(0))
    } catch (reason) {
      await thread.stop()
      throw reason
    }
    return new ThreadCalls(thread)
  }

  call<V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>): Promise<ReturnType<SqliteFile[V]>> {
    return this.#ask(verb, args) as Promise<ReturnType<SqliteFile[V]>>
  }

  async close(): Promise<void> {
    try {
      if (!this.#thread.hasEnded) await this.#ask('close', [])
    } finally {
      await this.#thread.stop()
    }
  }

  async #ask(verb: Question['verb'], args: readonly unknown[]): Promise<unknown> {
    const asked = question(++this.#lastId, verb, args)
    return repliedIn(await this.#thread.ask(asked, transfersOf(asked)))
  }
}
