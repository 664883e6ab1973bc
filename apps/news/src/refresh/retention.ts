import type { SourceHealth } from '../model/source-health.ts'
import type { SourceAdapter } from '../source.ts'
import type { NewsStore } from '../store/news-store.ts'
import { addressOf } from './ask-source.ts'

/**
 * Forgets what is older than a source's articles may be. What a source still has was fetched again by a whole refresh, and
 * is as good as that when the source says that nothing has changed; so nothing of a source that answers is forgotten only because
 * an answer was spared.
 */
export async function applyRetention(
  source: SourceAdapter,
  store: NewsStore,
  { state, succeededAt = 0 }: SourceHealth,
  isWhole: boolean,
  now: number,
): Promise<void> {
  const before = now - source.limits.retention
  if (state === 'ok' && isWhole) {
    await store.forget(source.key, before)
    return
  }
  if (succeededAt >= before) return
  const forgotten = await store.forget(source.key, before)
  if (forgotten === 0) return
  // Otherwise it would say that nothing has changed, and they would never come back.
  for (const { request } of source.begin()) await store.setValidators(addressOf(request), {})
}
