import { foldText, unspaced } from './search-words.ts'

/** Minimum number of different tokens; shorter titles are too unspecific: `Live updates`. */
const fewestTokens = 4
/** Minimum number of tokens of a title that are not generic. */
const fewestTelling = 3
/** Recurring words of titles: `Open thread of the week`, `Monday morning links`. */
const generic: ReadonlySet<string> = new Set(
  `the and for from with your our this that what new all day days week weeks weekly weekend month monthly year daily today tonight
  yesterday tomorrow morning evening afternoon night monday tuesday wednesday thursday friday saturday sunday january february march
  april may june july august september october november december open thread discussion questions answers ask anything live blog
  updates update latest news headlines briefing digest roundup links link reading list recap review edition issue newsletter podcast
  episode show photo photos picture pictures image video videos quote quiz crossword cartoon comic weather forecast horoscope
  best top stories story things good happy announcement announcements release releases version changelog notes patch security free
  der die das und des dem den fur von woche wochen tag tage heute morgen abend montag dienstag mittwoch donnerstag freitag samstag
  sonntag januar februar marz mai juni juli oktober dezember ausgabe folge nachrichten kurzmeldungen les des une pour avec semaine
  jour jours lundi mardi mercredi jeudi vendredi samedi dimanche revue presse actualites`.split(/\s+/),
)
/** Minimum likeness of titles of the same story. */
const likenessThreshold = 0.9

/**
 * Likeness of two titles from 0 to 1: shared tokens divided by all tokens. 0 if their numbers differ, or are in another
 * order.
 */
export function titleLikeness(one: string, other: string): number {
  return one === other ? 1 : tokenLikeness(titleTokens(one), titleTokens(other))
}

/** Distinct tokens of a title for comparison; empty if there are too few. */
export function comparedTokens(title: string): readonly string[] {
  const tokens = [...new Set(titleTokens(title))]
  return isTelling(tokens) ? tokens : []
}

/** Returns true if there are enough distinct tokens, and enough that are neither generic words nor numbers. */
function isTelling(tokens: readonly string[]): boolean {
  return (
    tokens.length >= fewestTokens &&
    tokens.filter((token) => !generic.has(token) && !isNumber(token)).length >= fewestTelling
  )
}

/**
 * Returns a function that compares titles with this one: likeness, or undefined if too low for one story. Short and
 * generic titles are alike to none.
 */
export function alikeTo(title: string): (other: string) => number | undefined {
  const tokens = titleTokens(title)
  if (!isTelling([...new Set(tokens)])) return () => undefined
  return (other) => {
    const others = titleTokens(other)
    if (!isTelling([...new Set(others)])) return undefined
    const likeness = tokenLikeness(tokens, others)
    return likeness < likenessThreshold ? undefined : likeness
  }
}

/**
 * Number of tokens to look up to find every similar title, for a title with this many distinct tokens. Any selection
 * works, for example the rarest: a title without any of them lacks more than a tenth.
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

const parts = new RegExp(`[${unspaced}\\p{M}]+|(?:(?![${unspaced}])[\\p{L}\\p{M}])+|\\p{N}+(?:[.,]\\p{N}+)*`, 'gu')
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u')

/**
 * Tokens of a title in order: words without case and accents, and numbers. Words of one or two letters are left out as
 * unspecific, unless they are capitals in mixed-case text, as in `US`. In scripts without spaces every two adjacent
 * characters are a token.
 */
export function titleTokens(title: string): readonly string[] {
  const isShouted = !/\p{Ll}/u.test(title)
  const plain = title
    // `don’t` and `don't` are one word; `1,000` and `1.000` are one number.
    .replace(/(?<=\p{L})['’ʼ](?=\p{L})/gu, '')
    .replace(/(?<=\d)[.,'’](?=\d{3}(?!\d))/g, '')
  return (plain.match(parts) ?? []).flatMap((part) => {
    const folded = foldText(part)
    if (isNumber(folded)) return [folded]
    if (isUnspaced.test(folded)) return pairs(folded)
    return isShort(part, isShouted) ? [] : [folded]
  })
}

/** Returns true for a number, in which every digit counts. */
function isNumber(token: string): boolean {
  return /^\p{N}/u.test(token)
}

function isShort(word: string, isShouted: boolean): boolean {
  if (Array.from(word).length > 2) return false
  const isAcronym = !isShouted && /^\p{Lu}+$/u.test(word) && !/^[AEIOUY]$/.test(word)
  return !isAcronym
}

function pairs(text: string): string[] {
  const characters = Array.from(text)
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`)
}
