import { SettingsError } from 'sluice'
import { countGlob, expandGlob, globGroups } from './glob.ts'
import { badItem, type InputItem, maskUrl, type Where } from './input-item.ts'
import { urlItem } from './url-text.ts'

export interface ArgumentOptions {
  readonly glob?: boolean | undefined
  readonly baseUrl: string | undefined
  readonly isCounted?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Inputs of an argument: its URL, or those of its pattern. */
export function* argumentItems(
  text: string,
  source: string,
  { glob, baseUrl, isCounted, signal }: ArgumentOptions,
): Generator<InputItem, void, undefined> {
  const where = { source }
  let urls: Iterable<string>
  let isLarge = false
  try {
    urls = glob === false ? [text] : expandGlob(text)
    isLarge = isCounted === true && glob !== false && countGlob(text) > 10_000
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    yield badItem(where, error.message, maskUrl(text))
    return
  }
  if (isLarge) {
    yield* countedItems(text, where, baseUrl)
    return
  }
  for (const url of urls) {
    yield urlItem(url, where, baseUrl)
    if (signal?.aborted === true) return
  }
}

/** The first five URLs of a pattern, and one item per host that counts the rest. */
function* countedItems(text: string, where: Where, baseUrl: string | undefined): Generator<InputItem, void, undefined> {
  let shown = 5
  for (const { first, count } of globGroups(text)) {
    const single = Math.min(shown, count)
    if (single > 0) {
      for (const url of take(expandGlob(text), single)) yield urlItem(url, where, baseUrl)
    }
    shown = 0
    if (count > single) {
      const item = urlItem(first, where, baseUrl)
      yield item.ok ? { ...item, count: count - single } : item
    }
  }
}

function* take<T>(values: Iterable<T>, most: number): Generator<T, void, undefined> {
  let left = most
  for (const value of values) {
    if (left-- <= 0) return
    yield value
  }
}
