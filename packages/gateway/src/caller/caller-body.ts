import type { IncomingMessage } from 'node:http'
import { formatDuration } from 'sluice'
import { bodyHeldFor, type Timer } from 'sluice/internal'
import type { GatewaySettings } from '../options.ts'

/** The caller did not send the announced body: it was silent, or its connection broke. */
export class CallerBodyError extends Error {
  /** True if the caller was silent for too long. */
  readonly isTimeout: boolean

  constructor(message: string, isTimeout: boolean) {
    super(message)
    this.isTimeout = isTimeout
  }
}

export interface CallerBodyOptions extends Pick<GatewaySettings, 'clock' | 'heldBody' | 'idleTimeout'> {
  /** Called before waiting for the first byte. */
  readonly onFirstRead: () => void
  /** Called with the size of each chunk. */
  readonly onBytes: (bytes: number) => void
}

/** Body of a caller's request, read no faster than it is sent on. Its beginning is stored for a retry. */
export class CallerBody {
  readonly #request: IncomingMessage
  readonly #options: CallerBodyOptions
  readonly #held: Uint8Array[] = []
  #heldBytes = 0
  #isUsedUp = false
  #isStarted = false
  /** Pending read from the caller; undefined if there is none. */
  #reading: Promise<Uint8Array | undefined> | undefined
  #reader = 0

  constructor(request: IncomingMessage, options: CallerBodyOptions) {
    this.#request = request
    this.#options = options
  }

  /** True if part of the body is no longer stored, so that it cannot be sent again. */
  get isUsedUp(): boolean {
    return this.#isUsedUp
  }

  /** Returns the body in the form of a client's request. */
  forRequest(): ReturnType<typeof bodyHeldFor> {
    return bodyHeldFor(() => this.#read(++this.#reader), this)
  }

  /** Reads the whole body. @throws CallerBodyError */
  async whole(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.#read(++this.#reader)) chunks.push(chunk)
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  async *#read(reader: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let index = 0; ; index++) {
      const held = this.#held[index]
      if (held !== undefined) {
        yield held
        continue
      }
      if (this.#isUsedUp && reader !== this.#reader)
        throw new CallerBodyError('the body was already sent, and is too large to buffer for another attempt', false)
      const reading = this.#reading ?? this.#next()
      this.#reading = reading
      const chunk = await reading.finally(() => {
        if (this.#reading === reading) this.#reading = undefined
      })
      if (chunk === undefined) return
      if (this.#held[index] !== chunk) index--
      yield chunk
    }
  }

  /** Reads the next chunk; undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    if (!this.#isStarted) {
      this.#isStarted = true
      this.#options.onFirstRead()
    }
    const chunk = nextChunk(this.#request) ?? (await this.#awaited())
    if (chunk !== undefined) this.#keep(chunk)
    return chunk
  }

  #keep(chunk: Uint8Array): void {
    this.#options.onBytes(chunk.byteLength)
    if (this.#isUsedUp) return
    this.#heldBytes += chunk.byteLength
    if (this.#heldBytes <= this.#options.heldBody) this.#held.push(chunk)
    else {
      this.#isUsedUp = true
      this.#held.length = 0
    }
  }

  /** Waits for the caller, up to its maximum silence. */
  async #awaited(): Promise<Uint8Array | undefined> {
    const request = this.#request
    const { clock, idleTimeout } = this.#options
    let timer: Timer | undefined
    try {
      return await new Promise((resolve, reject) => {
        const look = (): void => {
          const chunk = nextChunk(request)
          if (chunk !== undefined) resolve(chunk)
          else if (request.readableEnded) resolve(undefined)
        }
        const onClose = (): void => {
          if (request.complete) look()
          else reject(new CallerBodyError('the connection of the caller broke within the body', false))
        }
        request.on('readable', look).on('end', look).on('error', onClose).on('close', onClose)
        timer = clock.timer(idleTimeout, () => {
          const silence = formatDuration(idleTimeout)
          reject(new CallerBodyError(`the caller sent nothing for ${silence} within the body`, true))
        })
        const stop = (): void =>
          void request.off('readable', look).off('end', look).off('error', onClose).off('close', onClose)
        this.#stop = stop
        if (request.destroyed) onClose()
        else look()
      })
    } finally {
      timer?.cancel()
      this.#stop()
    }
  }

  #stop: () => void = () => {}
}

function nextChunk(request: IncomingMessage): Uint8Array | undefined {
  return (request.read() as Buffer | null) ?? undefined
}
