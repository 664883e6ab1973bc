/** Calls a listener of the user's. Errors that it throws, or rejects with, are swallowed: it cannot break what it listens to. */
export function callQuietly<T>(listener: (value: T) => unknown, value: T): void {
  try {
    // A listener may be an async function, though its type does not say so.
    const result = listener(value)
    if (result instanceof Promise) result.catch(() => {})
  } catch {
    // The call goes on, and so do the other listeners.
  }
}
