import { foldText, unspaced } from './fold-text.ts'

const parts = new RegExp(`[${unspaced}\\p{M}]+|(?:(?![${unspaced}])[\\p{L}\\p{M}])+|\\p{N}+(?:[.,]\\p{N}+)*`, 'gu')
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u')

/**
 * What a title is compared by, in its order: words without case and accents, and numbers. In any language words of one
 * or two letters tell little and are left out, unless they are written in capitals among small letters, as in `US`. In
 * scripts without spaces every two neighbours are a token.
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

/** Whether a token is a number, of which every digit counts. */
export function isNumber(token: string): boolean {
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
