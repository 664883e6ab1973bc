/** True if no other request can match: `Vary: *` (RFC 9111 section 4.1). */
export function isVaried(vary: string | undefined): boolean {
  return namesOf(vary).includes('*')
}

/** Names of the request headers that a response depends on, in lower case and sorted, merged with `others`. */
export function variedBy(vary: string | undefined, others: readonly string[] = []): readonly string[] {
  return [...new Set([...namesOf(vary), ...others])].sort()
}

function namesOf(vary: string | undefined): string[] {
  return (vary ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}
