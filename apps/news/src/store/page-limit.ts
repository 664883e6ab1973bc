import type { StoryPage } from './news-store.ts'

const usual = 50
const most = 500

/** How many stories a page has. */
export function pageLimit({ limit = usual }: StoryPage): number {
  return Math.min(most, Math.max(0, Math.trunc(limit)))
}
