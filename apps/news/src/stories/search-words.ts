/** Letters that users type as one or two others, and that Unicode does not decompose. */
const alike: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ı: 'i',
}

/** Folds case, accents, and the width of letters. Marks that are vowels of their script stay. */
export function foldText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase()
  return text
    .replace(/[™℠©®]/g, ' ')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]+/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u0300-\u036f]+/g, '')
    .replace(/[ßæœøłđðı]/g, (letter) => alike[letter]!)
}

/** Scripts written without spaces, for use in a character class. */
export const unspaced: string =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー'

const words = new RegExp(`[${unspaced}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+|\\p{ExtPict}`, 'gu')

/**
 * Splits a text into folded words, in order, for a search. In scripts without spaces every character is a word. Every
 * emoji is a word too; other symbols are not.
 */
export function searchWords(text: string): readonly string[] {
  return foldText(text).match(words) ?? []
}
