import { soundThrown } from '../errors/message-of.ts'

type Listener = (reason: unknown) => void

/** One that wants to know of a cancellation. */
export interface CancelListener {
  onCancelled(reason: unknown): void
}

/**
 * A request to stop that reaches everything below it, with a reason.
 *
 * It does what `AbortSignal` does at a fraction of the cost, and its listeners are removed by hand: a long-lived
 * `AbortSignal.any([...])` keeps every listener it ever had. Code that needs the platform's signal reads `signal`,
 * which is made on first use.
 */
export class Cancellation implements CancelListener {
  #cancelled = false
  #reason: unknown
  /** Most have one listener at most: a set is made for the second. */
  #listener: CancelListener | undefined
  #others: Set<CancelListener> | undefined
  #controller: AbortController | undefined

  get cancelled(): boolean {
    return this.#cancelled
  }

  get reason(): unknown {
    return this.#reason
  }

  /** Stops everything that listens. Only the first reason counts. */
  cancel(given: unknown): void {
    if (this.#cancelled) return
    this.#cancelled = true
    const reason = soundThrown(given)
    this.#reason = reason
    if (this.#listener !== undefined) tell(this.#listener, reason)
    // Those that the others take back on the way are not called.
    if (this.#others !== undefined) for (const listener of this.#others) tell(listener, reason)
    this.#listener = undefined
    this.#others = undefined
    this.#controller?.abort(reason)
  }

  /** Calls `listener` when cancelled: at once if that has happened already. Returns how to take it back. */
  onCancel(listener: Listener): () => void {
    if (this.#cancelled) {
      listener(this.#reason)
      return noop
    }
    const entry: CancelListener = { onCancelled: listener }
    this.add(entry)
    return () => this.remove(entry)
  }

  /** The same for an object, without a function to make for each: tells it at once if that has happened already. */
  add(listener: CancelListener): void {
    if (this.#cancelled) listener.onCancelled(this.#reason)
    else if (this.#listener === undefined) this.#listener = listener
    else {
      this.#others ??= new Set()
      this.#others.add(listener)
    }
  }

  /** Tells it no more. */
  remove(listener: CancelListener): void {
    if (this.#listener === listener) this.#listener = undefined
    else this.#others?.delete(listener)
  }

  /** A cancellation can listen to another one: then it is cancelled with it. */
  onCancelled(reason: unknown): void {
    this.cancel(reason)
  }

  /** The same as a platform signal, for code that wants one. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cancelled) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}

/** One that throws must not keep the others from stopping. */
function tell(listener: CancelListener, reason: unknown): void {
  try {
    listener.onCancelled(reason)
  } catch {
    // The listener was called; its error has no receiver.
  }
}

function noop(): void {}
