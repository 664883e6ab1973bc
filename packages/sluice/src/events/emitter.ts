import type { SluiceEvent } from './event.ts'

/** Called with each event, in order, while it happens: keep it short, and copy what is to be kept. */
export type Listener = (event: SluiceEvent) => void

/** Hands events to listeners. A listener that throws is told so by nobody: it cannot break a call. */
export class Emitter {
  #listeners: readonly Listener[] = []

  /** Whether anybody listens. Events are made only then. */
  get isHeard(): boolean {
    return this.#listeners.length > 0
  }

  /** Returns how to stop listening. */
  on(listener: Listener): () => void {
    // Wrapped, so that one who listens twice stops once at a time.
    const entry: Listener = (event) => listener(event)
    this.#listeners = [...this.#listeners, entry]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry)
    }
  }

  emit(event: SluiceEvent): void {
    for (const listener of this.#listeners) {
      try {
        // A listener may be an async function, though its type does not say so.
        const result: unknown = listener(event)
        if (result instanceof Promise) result.catch(() => {})
      } catch {
        // Its own fault: the call goes on, and so do the other listeners.
      }
    }
  }
}
