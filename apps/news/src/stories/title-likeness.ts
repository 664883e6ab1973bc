import { isNumber, titleTokens } from './title-tokens.ts'

/** Titles of fewer different tokens than this say too little: `Live updates`. */
const fewestTokens = 4
/** Titles that are as like as this tell the same story. */
const likenessThreshold = 0.9

/**
 * How much two titles have in common, from 0 to 1: of all their tokens, the part that both have. Nothing if they have
 * other numbers, or the same in another order.
 */
export function titleLikeness(one: string, other: string): number {
  return one === other ? 1 : tokenLikeness(titleTokens(one), titleTokens(other))
}

/** The different tokens that a title is compared by; none if there are too few of them. */
export function comparedTokens(title: string): readonly string[] {
  const tokens = [...new Set(titleTokens(title))]
  return tokens.length < fewestTokens ? [] : tokens
}

/** Whether two titles are those of one story. Two short ones never are. */
export function areTitlesAlike(one: string, other: string): boolean {
  return alikeTo(one)(other) !== undefined
}

/** Compares one title with many: how like each is, or nothing if it is not like enough to tell the same story. */
export function alikeTo(title: string): (other: string) => number | undefined {
  const tokens = titleTokens(title)
  if (new Set(tokens).size < fewestTokens) return () => undefined
  return (other) => {
    const others = titleTokens(other)
    if (new Set(others).size < fewestTokens) return undefined
    const likeness = tokenLikeness(tokens, others)
    return likeness < likenessThreshold ? undefined : likeness
  }
}

/**
 * Of a title with so many different tokens, how many have to be looked for to find every title that is alike: any so many
 * of them, the rarest for example. A title that has none of these lacks more than a tenth.
 */
export function probesFor(tokens: number): number {
  return Math.floor(tokens / 10) + 1
}

function tokenLikeness(one: readonly string[], other: readonly string[]): number {
  if (one.filter(isNumber).join(' ') !== other.filter(isNumber).join(' ')) return 0
  const tokens = new Set(one)
  const others = new Set(other)
  const all = new Set([...one, ...other]).size
  const shared = [...tokens].filter((token) => others.has(token)).length
  return all === 0 ? 0 : shared / all
}
