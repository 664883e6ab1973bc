const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Text from elsewhere as one line that changes nothing around it: line breaks become blanks, characters that no page and
 * no XML may hold become `�`, and marks that turn the direction of writing are left out. Cut to `length` UTF-16 units,
 * never within a character.
 */
export function shownText(text: string, length: number): string {
  // Whatever a megabyte holds, only its beginning is looked at.
  const clean = text
    .slice(0, 4 * length)
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Noncharacter_Code_Point}]/gu, '\ufffd')
    .trim()
  if (clean.length <= length && text.length <= 4 * length) return clean
  let end = 0
  for (const { index, segment } of graphemes.segment(clean)) {
    if (index + segment.length > length - 1) break
    end = index + segment.length
  }
  return `${end === 0 ? clean.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '') : clean.slice(0, end)}…`
}

/** The title of a story or article; something to click on even where there is none. */
export function shownTitle(title: string): string {
  return shownText(title, 300) || 'Without a title'
}

/** A few sentences. */
export function shownSummary(summary: string | undefined): string | undefined {
  return summary === undefined ? undefined : shownText(summary, 600) || undefined
}

/** A language tag that may stand in `lang`, or nothing. */
export function languageTag(language: string | undefined): string | undefined {
  return language !== undefined && /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(language) ? language : undefined
}
