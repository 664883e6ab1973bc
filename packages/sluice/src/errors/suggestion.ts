/** `; did you mean "name"?`, or an empty string, to append to a message. */
export function suggestion(name: string, names: Iterable<string>): string {
  const closest = closestName(name, names)
  return closest === undefined ? '' : `; did you mean ${JSON.stringify(closest)}?`
}

/**
 * Probable correction: the name in `names` that differs from `name` in at most a third of its letters
 * (but at least two), or undefined.
 */
function closestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  let closest: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase(), least)
    if (distance < least) {
      least = distance
      closest = candidate
    }
  }
  return closest
}

/** Levenshtein distance, at most `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return Math.min(limit, row[b.length]!)
}
