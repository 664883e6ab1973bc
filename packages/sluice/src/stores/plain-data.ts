import { DamagedContent } from './damaged-content.ts'

/** Plain data as text; missing if there is none. */
export function written(data: unknown): string | undefined {
  return JSON.stringify(data)
}

/** What was written; missing if there was none. */
export function parsed<T>(text: unknown): T | undefined {
  if (text === null || text === undefined) return undefined
  try {
    return JSON.parse(text as string) as T
  } catch (reason) {
    throw new DamagedContent((reason as Error).message)
  }
}
