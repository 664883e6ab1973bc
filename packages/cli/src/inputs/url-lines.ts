import { completeUrl, urlProblem } from './complete-url.ts'
import { badItem, type InputItem, maskUrl, type Where } from './input-item.ts'
import { type LineReader, lineByLine } from './line-reader.ts'

/**
 * Reads one URL a line. Blank lines are skipped, and lines whose first character beyond blanks is `#`; a `#` later on is
 * part of the URL. Brackets and braces are taken as they are.
 */
export function urlLines(source: string, baseUrl?: string): LineReader {
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    const url = text.trim()
    if (url === '' || url.startsWith('#')) return undefined
    const blank = url.search(/\s/)
    if (blank !== -1) {
      const column = text.indexOf(url) + blank + 1
      return badItem(where, `there is a blank inside the URL, at column ${column}; write %20, or one URL a line`)
    }
    return urlItem(url, where, baseUrl)
  })
}

/** The input that a URL alone makes, completed and checked. */
export function urlItem(text: string, where: Where, baseUrl?: string): InputItem {
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, maskUrl(text))
  return { ok: true, request: { url }, where }
}
