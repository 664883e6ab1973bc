import type { BenchmarkError } from './report.ts'
import type { Round, Sample } from './round.ts'

/** Maximum number of distinct messages; further ones are counted together. */
const maxKinds = 20

/** Why requests failed in the rounds, the most frequent first. */
export function errorsOf(rounds: readonly Round[]): BenchmarkError[] {
  const kinds = new Map<string, { -readonly [Field in keyof BenchmarkError]: BenchmarkError[Field] }>()
  for (const sample of rounds.flatMap(({ samples }) => samples)) {
    if (sample.ok) continue
    const { status } = sample
    const { code, message } = failureOf(sample)
    const isNew = !kinds.has(`${code} ${status} ${message}`)
    const shown = isNew && kinds.size >= maxKinds ? 'other messages' : message
    const kind = kinds.get(`${code} ${status} ${shown}`)
    if (kind !== undefined) kind.count++
    else {
      const known = status === undefined ? undefined : { status }
      kinds.set(`${code} ${status} ${shown}`, { code, ...known, message: shown, count: 1 })
    }
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count)
}

function failureOf({ error, status }: Sample): { readonly code: string; readonly message: string } {
  if (error === undefined) {
    return { code: 'SLUICE_REDIRECT_REFUSED', message: `${status}: a redirect, and those are not followed here` }
  }
  return { code: error.code, message: error.summary }
}
