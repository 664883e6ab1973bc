import { parseDuration, SettingsError } from 'sluice'
import { isObject, unexpected } from 'sluice/internal'
import { parseShare, splitForm } from '../settings/parse.ts'
import type { Latency, LatencyLaw, TailPart } from './latency.ts'

const expected =
  "a form such as '200ms', 'uniform:50ms-150ms', 'lognormal:p50=80ms,p99=900ms', 'tail:50ms,1%=2s' or '200ms,then 500ms after 30s'"

/** @throws SettingsError if the value has none of the accepted forms. */
export function parseLatency(name: string, value: unknown): Latency {
  const steps = (Array.isArray(value) ? value : [value]).flatMap((part: unknown, index) =>
    typeof part === 'string' ? stepsOfText(name, part, value) : [stepOf(name, part, index, value)],
  )
  if (steps[0]?.after !== 0) throw unexpected(name, 'a first law without a beginning', value)
  for (const [index, step] of steps.entries()) {
    if (index > 0 && step.after <= steps[index - 1]!.after) throw unexpected(name, 'steps in order of time', value)
  }
  return steps
}

function stepOf(name: string, part: unknown, index: number, whole: unknown): Latency[number] {
  if (isObject(part) && 'after' in part && 'latency' in part) {
    const after = parseDuration(`${name}[${index}].after`, part.after as string)
    return { after, law: lawOf(name, part.latency, whole) }
  }
  return { after: 0, law: lawOf(name, part, whole) }
}

function stepsOfText(name: string, text: string, whole: unknown): Latency[number][] {
  return text.split(/(?<!\s)\s*,\s*then\s+/).map((piece, index) => {
    if (index === 0) return { after: 0, law: lawOf(name, piece, whole) }
    const match = /^(.*\S)\s+after\s+(\S+)$/.exec(piece)
    if (match === null) throw unexpected(name, expected, whole)
    return { after: duration(name, match[2]!, whole), law: lawOf(name, match[1]!, whole) }
  })
}

function lawOf(name: string, value: unknown, whole: unknown): LatencyLaw {
  if (typeof value === 'number') return { kind: 'constant', value: duration(name, value, whole) }
  if (typeof value !== 'string') throw unexpected(name, expected, whole)
  const colon = value.indexOf(':')
  if (colon < 0) return { kind: 'constant', value: duration(name, value, whole) }
  const rest = value.slice(colon + 1)
  switch (value.slice(0, colon).trim()) {
    case 'uniform':
      return uniform(name, rest, whole)
    case 'lognormal':
      return lognormal(name, rest, whole)
    case 'tail':
      return tail(name, rest, whole)
    default:
      throw unexpected(name, expected, whole)
  }
}

function uniform(name: string, text: string, whole: unknown): LatencyLaw {
  const [from, to, ...more] = text.split('-').map((end) => duration(name, end.trim(), whole))
  if (from === undefined || to === undefined || more.length > 0 || from > to) throw unexpected(name, expected, whole)
  return { kind: 'uniform', from, to }
}

function lognormal(name: string, text: string, whole: unknown): LatencyLaw {
  const { words, values } = splitForm(text)
  const p50 = duration(name, values.get('p50'), whole)
  const p99 = duration(name, values.get('p99'), whole)
  if (words.length > 0 || values.size !== 2 || p50 <= 0 || p99 < p50) throw unexpected(name, expected, whole)
  return { kind: 'lognormal', p50, p99 }
}

function tail(name: string, text: string, whole: unknown): LatencyLaw {
  const { words, values } = splitForm(text)
  const parts: TailPart[] = [...values].map(([share, value]) => ({
    share: parseShare(name, share),
    value: duration(name, value, whole),
  }))
  const sum = parts.reduce((total, part) => total + part.share, 0)
  if (words.length !== 1 || parts.length === 0 || sum > 1) throw unexpected(name, expected, whole)
  return { kind: 'tail', value: duration(name, words[0], whole), tail: parts }
}

/** A duration within a form; the error shows the whole form. */
function duration(name: string, value: string | number | undefined, whole: unknown): number {
  try {
    return parseDuration(name, value ?? '')
  } catch (error) {
    throw error instanceof SettingsError ? unexpected(name, expected, whole) : error
  }
}
