import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'

/** Milliseconds between two snapshots. */
const everyMs = 1_000
/** Milliseconds that a page has to receive its last snapshot. */
const lastPictureMs = 500

interface OpenPage {
  send(event: string, data: string): Promise<void>
  end(): void
}

/** Returns a snapshot of the data that pages show. */
export type Look = () => unknown

/** Open pages with the same content. Each receives a snapshot every second. */
export class Pages {
  readonly #look: Look
  readonly #onEmpty: () => void
  readonly #open = new Set<OpenPage>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<readonly [event: string, data: string]> | undefined

  /** `onEmpty` is called when the last page has closed. */
  constructor(look: Look, onEmpty: () => void) {
    this.#look = look
    this.#onEmpty = onEmpty
  }

  get size(): number {
    return this.#open.size
  }

  follow(context: Context): Response {
    return streamSSE(context, async (stream) => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      let isWriting = false
      const page: OpenPage = {
        // A slow reader misses snapshots, instead of accumulating them.
        send: async (event, data) => {
          if (isWriting) return
          isWriting = true
          await stream.writeSSE({ event, data }).finally(() => {
            isWriting = false
          })
        },
        end,
      }
      stream.onAbort(end)
      this.#open.add(page)
      this.#timer ??= setInterval(() => void this.push(), everyMs).unref()
      await page.send(...(await this.#picture()))
      await ended
      this.#open.delete(page)
      if (this.#open.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
      this.#onEmpty()
    })
  }

  async push(): Promise<void> {
    // A slow store is not queried again while a query is pending.
    if (this.#open.size === 0 || this.#looking !== undefined) return
    const picture = await this.#picture()
    for (const page of this.#open) page.send(...picture).catch(() => page.end())
  }

  /** Sends the last snapshot, and closes all pages. Slow readers may miss it. */
  async end(): Promise<void> {
    const last = this.#picture().then((picture) =>
      Promise.all(Array.from(this.#open, (page) => page.send(...picture).catch(() => {}))),
    )
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, lastPictureMs)
    })
    await Promise.race([last, timeout])
    clearTimeout(timer)
    clearInterval(this.#timer)
    for (const page of this.#open) page.end()
  }

  async #picture(): Promise<readonly [event: string, data: string]> {
    try {
      this.#looking = Promise.resolve(this.#look()).then((picture) => ['picture', JSON.stringify(picture)] as const)
      return await this.#looking
    } catch (error) {
      return ['trouble', error instanceof Error ? error.message : String(error)]
    } finally {
      this.#looking = undefined
    }
  }
}
