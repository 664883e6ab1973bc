import { parseDuration, SettingsError } from 'sluice'
import { isObject, oneOf, unexpected } from 'sluice/internal'
import { type ConnectionFaultShare, parseConnectionFault } from '../faults/connection-fault.ts'
import { type FaultShare, parseFaultName } from '../faults/fault.ts'
import { listOf, parseShare } from '../settings/parse.ts'
import type { Outage } from './scenario.ts'

const expectedFault = "a form such as '503:5%' or 'reset:1%'"
const expectedOutage = "a form such as '30s-45s' or 'reset:30s-45s'"

/** @throws SettingsError if a fault is unknown, or the shares exceed 100 %. */
export function parseFaults(name: string, value: unknown): readonly FaultShare[] {
  return shares(name, value).map(({ text, share }) => {
    const fault = /^[45]\d\d$/.test(text) ? { fault: Number(text) } : parseFaultName(name, text)
    return { ...fault, share }
  })
}

/** @throws SettingsError if a fault is unknown, or the shares exceed 100 %. */
export function parseConnectionFaults(name: string, value: unknown): readonly ConnectionFaultShare[] {
  return shares(name, value).map(({ text, share }) => ({ fault: parseConnectionFault(name, text), share }))
}

interface ShareOf {
  readonly text: string
  readonly share: number
}

function shares(name: string, value: unknown): readonly ShareOf[] {
  const all = isObject(value)
    ? Object.entries(value).map(([text, share]) => shareOf(name, text, share, value))
    : listOf(value).flatMap((text) => sharesOfText(name, text))
  const sum = all.reduce((total, { share }) => total + share, 0)
  if (sum > 1 + 1e-9)
    throw new SettingsError(`${name}: the shares add up to ${(sum * 100).toFixed(1)} %, more than 100 %`)
  return all
}

function sharesOfText(name: string, text: unknown): ShareOf[] {
  if (typeof text !== 'string') throw unexpected(name, expectedFault, text)
  return text.split(',').map((part) => {
    const [fault, share, ...more] = part.split(':')
    if (share === undefined || more.length > 0) throw unexpected(name, expectedFault, text)
    return shareOf(name, fault!.trim(), share, text)
  })
}

function shareOf(name: string, text: string, share: unknown, whole: unknown): ShareOf {
  if (typeof share !== 'number' && typeof share !== 'string') throw unexpected(name, expectedFault, whole)
  return { text, share: parseShare(`${name}.${text}`, share) }
}

/** @throws SettingsError if an outage ends before it starts. */
export function parseOutages(name: string, value: unknown): readonly Outage[] {
  return listOf(value).map((one) => {
    const { from, to, how } = typeof one === 'string' ? outageOfText(name, one) : isObject(one) ? one : {}
    if (from === undefined || to === undefined) throw unexpected(name, expectedOutage, one)
    const outage: Outage = {
      from: parseDuration(`${name}.from`, from as string),
      to: parseDuration(`${name}.to`, to as string),
      how: oneOf(`${name}.how`, how ?? '503', ['503', 'reset'] as const),
    }
    if (outage.to <= outage.from) throw unexpected(name, 'an end after the beginning', one)
    return outage
  })
}

function outageOfText(name: string, text: string): { from: string; to: string; how: string } {
  const match = /^(?:(\w+):)?([^-]+)-([^-]+)$/.exec(text.trim())
  if (match === null) throw unexpected(name, expectedOutage, text)
  return { how: match[1] ?? '503', from: match[2]!.trim(), to: match[3]!.trim() }
}
