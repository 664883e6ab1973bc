import { type Choices, parseGlob } from './parse-glob.ts'

/**
 * Every URL that a pattern with `[1-500]`, `[001-100:2]`, `[a-z]` or `{a,b}` stands for, made one at a time: the last
 * place varies fastest, as with curl. Text without a pattern stands for itself.
 *
 * @throws SettingsError at once, with the column of what is wrong.
 */
export function expandGlob(text: string): Iterable<string> {
  const parts = parseGlob(text)
  return { [Symbol.iterator]: () => combinations(parts) }
}

/**
 * How many URLs `expandGlob` makes of it. Exact up to 2^53.
 *
 * @throws SettingsError as `expandGlob` does.
 */
export function countGlob(text: string): number {
  return parseGlob(text).reduce((product, part) => product * (typeof part === 'string' ? 1 : part.count), 1)
}

function* combinations(parts: readonly (string | Choices)[]): Generator<string, void, undefined> {
  const indices = parts.map(() => 0)
  const texts = parts.map((part) => (typeof part === 'string' ? part : part.at(0)))
  for (;;) {
    yield texts.join('')
    let place = parts.length - 1
    for (; place >= 0; place--) {
      const part = parts[place]!
      if (typeof part === 'string') continue
      const next = (indices[place]! + 1) % part.count
      indices[place] = next
      texts[place] = part.at(next)
      if (next !== 0) break
    }
    if (place < 0) return
  }
}
