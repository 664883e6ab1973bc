/** The message of anything that was thrown. Never throws itself, whatever it is given. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something that cannot be shown'
  }
}
