import { parseDuration, SettingsError } from 'sluice'
import { isObject, oneOf, unexpected, wholeNumber } from 'sluice/internal'
import { splitForm } from '../settings/parse.ts'
import type { Limit, LimitSpec, Per } from './limit.ts'

const expected = "a form such as 'fixed:100/min'"
const kinds = ['fixed', 'sliding', 'token', 'leaky', 'concurrent'] as const
const pers = ['all', 'key', 'path', 'address'] as const
const fields: ReadonlySet<string> = new Set(['kind', 'quota', 'unit', 'window', 'burst', 'per', 'name'])

/**
 * A limit from `'fixed:100/min'`, `'sliding:50/s'`, `'token:10/s,burst=20'`, `'leaky:10/s,burst=5'` or
 * `'concurrent:20'`, each optionally with `,per=key` and `,name=search`, or from the same as an object. All but
 * `concurrent` may count another unit: `'sliding:200000 tokens/min'`.
 *
 * @throws SettingsError if the value has none of these forms.
 */
export function parseLimit(name: string, value: unknown, position: number): Limit {
  const spec = typeof value === 'string' ? specOf(name, value) : value
  if (!isObject(spec) || Object.keys(spec).some((field) => !fields.has(field))) throw unexpected(name, expected, value)
  return limitOf(name, spec, position)
}

function specOf(name: string, text: string): LimitSpec {
  const match = /^\s*([a-z]+):(.*)$/.exec(text)
  const kind = kinds.find((known) => known === match?.[1])
  if (match === null || kind === undefined) throw unexpected(name, expected, text)
  const { words, values } = splitForm(match[2]!)
  const rate = /^(\d+)(?:\s+([a-z][a-z-]*))?(?:\/(\d+(?:\.\d+)?)?\s*([a-z]+))?$/.exec(words[0] ?? '')
  const known = [...values.keys()].every((key) => key === 'burst' || key === 'per' || key === 'name')
  if (rate === null || words.length !== 1 || !known) throw unexpected(name, expected, text)
  if ((rate[4] === undefined) !== (kind === 'concurrent')) throw unexpected(name, expected, text)
  return {
    kind,
    quota: Number(rate[1]),
    unit: rate[2],
    window: rate[4] === undefined ? undefined : `${rate[3] ?? '1'}${rate[4]}`,
    burst: values.has('burst') ? Number(values.get('burst')) : undefined,
    per: values.get('per') as Per | undefined,
    name: values.get('name'),
  }
}

function limitOf(name: string, spec: Readonly<Record<string, unknown>>, position: number): Limit {
  const kind = oneOf(`${name}.kind`, spec.kind, kinds)
  const quota = wholeNumber(`${name}.quota`, spec.quota, 1, 10_000_000)
  const base = {
    name: plainName(`${name}.name`, spec.name ?? (position === 0 ? 'default' : `limit-${position + 1}`)),
    per: oneOf(`${name}.per`, spec.per ?? 'all', pers),
    unit: plainName(`${name}.unit`, spec.unit ?? 'requests'),
  }
  const burst = spec.burst
  if (burst !== undefined && kind !== 'token' && kind !== 'leaky') {
    throw new SettingsError(`${name}.burst: only token and leaky limits have one, not ${kind}`)
  }
  if (kind === 'concurrent') {
    if (base.unit !== 'requests')
      throw new SettingsError(`${name}.unit: a concurrent limit counts requests, not ${base.unit}`)
    return { ...base, kind, quota }
  }
  const window = parseDuration(`${name}.window`, spec.window as string)
  if (window < 1) throw unexpected(`${name}.window`, 'at least 1 ms', spec.window)
  if (kind === 'token') return { ...base, kind, quota, window, burst: wholeNumber(`${name}.burst`, burst ?? quota, 1) }
  if (kind === 'leaky') {
    // nginx counts in thousandths of a request per second: below one it would never let another request through.
    if (Math.floor((quota * 1_000_000) / window) < 1) {
      throw unexpected(`${name}.window`, 'a leaky rate of at least 0.001/s', spec.window)
    }
    return { ...base, kind, quota, window, burst: wholeNumber(`${name}.burst`, burst ?? 0, 0) }
  }
  return { ...base, kind, quota, window }
}

/** Names and units are put into header fields, some between quotes. */
export function plainName(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(value)) return value
  throw unexpected(name, 'letters, digits, dots and dashes', value)
}
