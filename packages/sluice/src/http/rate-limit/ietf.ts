import { textOf } from '#platform'
import { type RateLimitSignal, toSignals } from './signal.ts'
import { isWhole, type ListItem, listItems } from './structured-field.ts'

interface Named {
  readonly name: string
  readonly partitionKey: string | undefined
}
interface QuotaPolicy extends Named {
  readonly limit: number
  readonly unit: string
  readonly window: number | undefined
}
interface ServiceLimit extends Named {
  readonly remaining: number
  readonly resetAfter: number | undefined
}

/**
 * `RateLimit: "burst";r=42;t=13` and `RateLimit-Policy: "burst";q=100;w=60`
 * (draft-ietf-httpapi-ratelimit-headers, from draft 08 on).
 *
 * Returns one signal for each policy that either field names. Ignores malformed fields, and items that lack a required
 * parameter or have one of the wrong type; unknown parameters are skipped.
 */
export function ietfSignals(headers: Readonly<Record<string, string>>): readonly RateLimitSignal[] {
  const policies = listItems(headers['ratelimit-policy']).flatMap(quotaPolicy)
  const limits = listItems(headers.ratelimit).flatMap(serviceLimit)
  const described = new Set<QuotaPolicy>()
  const reported = limits.flatMap(({ name, partitionKey, remaining, resetAfter }) => {
    const policy = policyOf({ name, partitionKey }, policies)
    if (policy !== undefined) described.add(policy)
    const { limit, unit, window } = policy ?? {}
    const key = partitionKey ?? policy?.partitionKey
    return toSignals({
      dialect: 'ietf',
      policy: name,
      unit,
      limit,
      remaining,
      window,
      resetAfter,
      partitionKey: key,
    })
  })
  const others = policies
    .filter((policy) => !described.has(policy))
    .flatMap(({ name, ...rest }) => toSignals({ dialect: 'ietf', policy: name, ...rest }))
  return [...reported, ...others]
}

/** Policy with this name and partition; otherwise the only one of this name, unless it is for another partition. */
function policyOf({ name, partitionKey }: Named, policies: readonly QuotaPolicy[]): QuotaPolicy | undefined {
  const namesakes = policies.filter((policy) => policy.name === name)
  const exact = namesakes.find((policy) => policy.partitionKey === partitionKey)
  if (exact !== undefined || namesakes.length !== 1) return exact
  const [only] = namesakes
  return partitionKey === undefined || only?.partitionKey === undefined ? only : undefined
}

function quotaPolicy(item: ListItem): readonly QuotaPolicy[] {
  const limit = item.parameters.get('q')
  const unit = item.parameters.get('qu') ?? 'requests'
  const seconds = item.parameters.get('w')
  if (!isWhole(limit, 0) || typeof unit !== 'string' || !(seconds === undefined || isWhole(seconds, 1))) return []
  const window = seconds === undefined ? undefined : seconds * 1_000
  return named(item).map((name) => ({ ...name, limit, unit, window }))
}

function serviceLimit(item: ListItem): readonly ServiceLimit[] {
  const remaining = item.parameters.get('r')
  const seconds = item.parameters.get('t')
  if (!isWhole(remaining, 0) || !(seconds === undefined || isWhole(seconds, 0))) return []
  const resetAfter = seconds === undefined ? undefined : seconds * 1_000
  return named(item).map((name) => ({ ...name, remaining, resetAfter }))
}

function named({ value, parameters }: ListItem): readonly Named[] {
  const key = parameters.get('pk')
  if (typeof value !== 'string' || !(key === undefined || key instanceof ArrayBuffer)) return []
  return [{ name: value, partitionKey: key === undefined ? undefined : textOf(new Uint8Array(key), 'base64') }]
}
