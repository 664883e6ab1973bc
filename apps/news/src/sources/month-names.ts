const english = 'january february march april may june july august september october november december'.split(' ')

/** Languages whose month names are known, by frequency in feeds: if two disagree, the first takes precedence. */
const languages =
  'en de fr es it pt nl ru pl uk cs sk sv da nb fi hu tr el ro bg hr sr sl et lv lt ca gl eu is ga id ms vi be mk sq az kk hy he ar fa hi bn'.split(
    ' ',
  )

const known = new Map<string, ReadonlyMap<string, number>>()

/** Month number of a name or its prefix, from 1. The given language takes precedence, then English. */
export function monthNumber(word: string, language?: string): number | undefined {
  const name = folded(word)
  if (name.length < 3 && !/^[^a-z]/.test(name)) return undefined
  const own = language?.slice(0, 2).toLowerCase()
  const first = own === undefined || !languages.includes(own) ? [] : [own]
  const inEnglish = english.findIndex((month) => month.startsWith(name))
  if (first.length === 0 && inEnglish >= 0) return inEnglish + 1
  for (const tag of [...first, ...languages]) {
    const month = monthIn(namesOf(tag), name)
    if (month !== undefined) return month
  }
  return undefined
}

function monthIn(names: ReadonlyMap<string, number>, word: string): number | undefined {
  const exact = names.get(word)
  if (exact !== undefined || word.length < 3) return exact
  const begun = new Set([...names].filter(([name]) => name.startsWith(word)).map(([, month]) => month))
  return begun.size === 1 ? [...begun][0] : undefined
}

/** Month names of a language, long and short, both standalone and within a date. */
function namesOf(language: string): ReadonlyMap<string, number> {
  const kept = known.get(language)
  if (kept !== undefined) return kept
  const names = new Map<string, number>()
  for (const month of ['long', 'short'] as const) {
    for (const options of [{ month }, { month, day: 'numeric' }] as const) {
      const format = new Intl.DateTimeFormat(language, { ...options, calendar: 'gregory', timeZone: 'UTC' })
      for (let number = 1; number <= 12; number++) {
        const parts = format.formatToParts(Date.UTC(2023, number - 1, 15))
        const name = folded(parts.find(({ type }) => type === 'month')?.value ?? '')
        if (name !== '' && !/\d/.test(name) && !names.has(name)) names.set(name, number)
      }
    }
  }
  known.set(language, names)
  return names
}

/** Lower case, without accents and periods. */
function folded(word: string): string {
  return word
    .normalize('NFD')
    .replaceAll(/[\p{M}.]/gu, '')
    .toLowerCase()
}
