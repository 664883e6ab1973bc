/** Letters that are one for whoever types, and that Unicode does not take apart. */
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

/** Without case, accents, and the width of letters. Marks that are vowels of their script stay. */
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

/** Scripts that are written without spaces, for the inside of a character class. */
export const unspaced: string =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー'
