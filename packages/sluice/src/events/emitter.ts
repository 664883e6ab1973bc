import { unexpected } from '../errors/settings-error.ts'
import type { SluiceEvent } from './event.ts'

/** Called with each event, in order and synchronously: return quickly, and copy what you keep. @inline */
export type Listener = (event: SluiceEvent) => void

/** Dispatches events to listeners. Errors thrown by listeners are swallowed, so that a listener cannot break a call. */
export class Emitter {
  #listeners: readonly Listener[] = []

  /** True if there are listeners. Events are only created then. */
  get isHeard(): boolean {
    return this.#listeners.length > 0
  }

  /** Returns a function that removes the listener. */
  on(listener: Listener): () => void {
    if (typeof listener !== 'function') throw unexpected('on', 'a function that is called with each event', listener)
    // Wrapped, so that a listener added twice is removed one at a time.
    const entry: Listener = (event) => listener(event)
    this.#listeners = [...this.#listeners, entry]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry)
    }
  }

  emit(event: SluiceEvent): void {
    for (const listener of this.#listeners) callQuietly(listener, event)
  }
}

/** Calls a listener of the user's. Errors that it throws, or rejects with, are swallowed: it cannot break what it listens to. */
export function callQuietly<T>(listener: (value: T) => unknown, value: T): void {
  try {
    // A listener may be an async function, although its type does not say so.
    const result = listener(value)
    if (result instanceof Promise) result.catch(() => {})
  } catch {
    // The call and the other listeners continue.
  }
}
