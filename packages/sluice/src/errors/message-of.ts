/** The message of anything that was thrown. Never throws itself, whatever it is given. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something that cannot be shown'
  }
}

/** A value that foreign code threw or gave, or an error in its place if it cannot even be looked at: a revoked proxy, for one. */
export function soundThrown(thrown: unknown): unknown {
  try {
    // Everything that is asked of it later.
    if (thrown instanceof Error) void `${thrown.name}${thrown.message}`
    else String(thrown)
    return thrown
  } catch {
    return new Error('a value was thrown that cannot be read')
  }
}
