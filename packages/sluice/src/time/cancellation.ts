import { soundThrown } from '../errors/message-of.ts'

type Listener = (reason: unknown) => void

/** An object notified of a cancellation. */
export interface CancelListener {
  onCancelled(reason: unknown): void
}

/**
 * A cancellation with a reason that propagates to everything below it.
 *
 * It does the job of `AbortSignal` at a fraction of the cost, and its listeners are removed explicitly: a long-lived
 * `AbortSignal.any([...])` keeps every listener it ever had. Code that needs the platform's signal reads `signal`,
 * which is created on first use.
 */
export class Cancellation implements CancelListener {
  #cancelled = false
  #reason: unknown
  /** Most have at most two listeners: a set is created for the third. */
  #first: CancelListener | undefined
  #second: CancelListener | undefined
  #others: Set<CancelListener> | undefined
  #controller: AbortController | undefined

  get cancelled(): boolean {
    return this.#cancelled
  }

  get reason(): unknown {
    return this.#reason
  }

  /** Cancels. Only the first reason counts. */
  cancel(given: unknown): void {
    if (this.#cancelled) return
    this.#cancelled = true
    const reason = soundThrown(given)
    this.#reason = reason
    // Listeners removed by other listeners meanwhile are not called.
    if (this.#first !== undefined) tell(this.#first, reason)
    if (this.#second !== undefined) tell(this.#second, reason)
    if (this.#others !== undefined) for (const listener of this.#others) tell(listener, reason)
    this.#first = undefined
    this.#second = undefined
    this.#others = undefined
    this.#controller?.abort(reason)
  }

  /** Calls `listener` when cancelled, immediately if that has happened already. Returns a function that removes it. */
  onCancel(listener: Listener): () => void {
    if (this.#cancelled) {
      listener(this.#reason)
      return noop
    }
    const entry: CancelListener = { onCancelled: listener }
    this.add(entry)
    return () => this.remove(entry)
  }

  /** Adds a listener object, which avoids a function per listener. Calls it immediately if already cancelled. */
  add(listener: CancelListener): void {
    if (this.#cancelled) listener.onCancelled(this.#reason)
    else if (this.#first === undefined) this.#first = listener
    else if (this.#second === undefined) this.#second = listener
    else {
      this.#others ??= new Set()
      this.#others.add(listener)
    }
  }

  /** Removes a listener object. */
  remove(listener: CancelListener): void {
    if (this.#first === listener) this.#first = undefined
    else if (this.#second === listener) this.#second = undefined
    else this.#others?.delete(listener)
  }

  /** Cancels this one when a parent is cancelled. */
  onCancelled(reason: unknown): void {
    this.cancel(reason)
  }

  /** Platform signal for code that needs one. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cancelled) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}

/** A listener that throws must not keep the others from running. */
function tell(listener: CancelListener, reason: unknown): void {
  try {
    listener.onCancelled(reason)
  } catch {
    // The listener was called; nobody can receive its error.
  }
}

function noop(): void {}
