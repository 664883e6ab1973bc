/** True if no other request can be like the one that was asked with: `Vary: *` (RFC 9111 section 4.1). */
export function isVaried(vary: string | undefined): boolean {
  return namesOf(vary).includes('*')
}

/** The names of the request headers on which an answer depends, in lower case and in order, with those of `others`. */
export function variedBy(vary: string | undefined, others: readonly string[] = []): readonly string[] {
  return [...new Set([...namesOf(vary), ...others])].sort()
}

function namesOf(vary: string | undefined): string[] {
  return (vary ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}
