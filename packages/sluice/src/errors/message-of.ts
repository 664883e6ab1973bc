/** Message of any thrown value. Never throws, whatever it is given. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something that cannot be shown'
  }
}

/** A value thrown by foreign code, or an error in its place if it cannot be inspected, such as a revoked proxy. */
export function soundThrown(thrown: unknown): unknown {
  try {
    // Reads everything that is read later.
    if (thrown instanceof Error) void `${thrown.name}${thrown.message}`
    else String(thrown)
    return thrown
  } catch {
    return new Error('a value was thrown that cannot be read')
  }
}

/** Returns `value`. A rejection of a promise that is refused or ignored would end the process: it is handled here. */
export function handled<T>(value: T): T {
  try {
    if (value instanceof Promise) value.catch(() => {})
  } catch {
    // A revoked proxy is no promise.
  }
  return value
}
