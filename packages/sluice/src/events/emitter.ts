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
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  emit(event: SluiceEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch {
        // Its own fault: the call goes on, and so do the other listeners.
      }
    }
  }
}
