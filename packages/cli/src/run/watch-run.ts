/** What is watched, and the world around it. */
export interface Watching<T> {
  /** Asks for the newest state. */
  look(): Promise<T>
  isOver(state: T): boolean
  show(state: T): void
  /** Waits; ends early when it is stopped. */
  sleep(): Promise<void>
  readonly signal: AbortSignal
}

/** Shows how something is, over and over, until it is over or it is stopped. Answers whether it is over. */
export async function watch<T>({ look, isOver, show, sleep, signal }: Watching<T>): Promise<boolean> {
  for (;;) {
    const state = await look()
    if (signal.aborted) return false
    show(state)
    if (isOver(state)) return true
    await sleep()
    if (signal.aborted) return false
  }
}
