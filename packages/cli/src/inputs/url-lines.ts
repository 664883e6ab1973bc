import { badItem, type InputItem, type LineReader, lineByLine, maskUrl, type Where } from './input-item.ts'
import { type RowOptions, rowRequest } from './row-requests.ts'
import type { UrlTemplate } from './url-template.ts'
import { urlItem } from './url-text.ts'

/**
 * Reads one URL per line. Blank lines are skipped, and lines whose first non-blank character is `#`; a `#` further on
 * is part of the URL. Brackets and braces are literal.
 */
export function urlLines(source: string, baseUrl?: string): LineReader {
  return entryLines(source, (url, where, text) => {
    const blank = url.search(/\s/)
    if (blank === -1) return urlItem(url, where, baseUrl)
    const column = text.indexOf(url) + blank + 1
    return badItem(where, `there is a space inside the URL, at column ${column}; write %20, or one URL per line`)
  })
}

/** Reads one value per line, for the only name in the templates. */
export function valueLines(source: string, template: UrlTemplate, options: RowOptions): LineReader {
  const isInPath = template.origin !== undefined && template.pathVariables.length > 0
  return entryLines(source, (value, where) => {
    if (isInPath && /^https?:\/\//i.test(value)) {
      return badItem(
        where,
        'this value is itself a URL; leave out --url to request it, or write {?name} to pass it in the query',
        maskUrl(value),
      )
    }
    return rowRequest(() => value, where, template, options, value)
  })
}

function entryLines(source: string, read: (entry: string, where: Where, text: string) => InputItem): LineReader {
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    const entry = text.trim()
    return entry === '' || entry.startsWith('#') ? undefined : read(entry, where, text)
  })
}
