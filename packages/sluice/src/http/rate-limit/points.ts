import { parseCount, type RateLimitSignal, toSignals } from './signal.ts'

/** `X-Shopify-Shop-Api-Call-Limit: 32/40`: level and size of the leaky bucket. Its leak rate is not stated. */
export function shopifySignals(headers: Readonly<Record<string, string>>): readonly RateLimitSignal[] {
  const [usedText, limitText, ...rest] = headers['x-shopify-shop-api-call-limit']?.split('/') ?? []
  const used = parseCount(usedText)
  const limit = parseCount(limitText)
  if (used === undefined || limit === undefined || rest.length > 0) return []
  return toSignals({ dialect: 'shopify', policy: 'default', limit, remaining: Math.max(0, limit - used) })
}

/** `X-API-Quota-Left` of the World News API: remaining points of the day. The end of the day is not stated. */
export function worldNewsSignals(headers: Readonly<Record<string, string>>): readonly RateLimitSignal[] {
  const remaining = parseCount(headers['x-api-quota-left'])
  if (remaining === undefined) return []
  const used = parseCount(headers['x-api-quota-used'])
  const limit = used === undefined ? undefined : used + remaining
  return toSignals({ dialect: 'world-news', policy: 'day', unit: 'points', limit, remaining, window: 86_400_000 })
}
