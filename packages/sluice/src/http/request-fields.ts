import { SettingsError, unexpected } from '../errors/settings-error.ts'
import { parseTimeLimit } from '../time/duration.ts'
import { checkedCost } from './cost.ts'
import { type BigNumbers, bigNumbersChoices } from './json/parse-json.ts'
import type { Cost, ReadAs, RequestSpec } from './request.ts'

export function timeoutOf(timeout: number | string): number {
  try {
    return parseTimeLimit('timeout', timeout)
  } catch (error) {
    throw badInput((error as Error).message)
  }
}

export function methodOf(method: unknown): string {
  if (method === 'GET' || method === 'POST') return method
  if (typeof method === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) {
    const upper = method.toUpperCase()
    if (upper !== 'CONNECT') return upper
  }
  throw badInput(unexpected('method', 'an HTTP method such as GET or POST', method).message)
}

const readAsForms: readonly ReadAs[] = ['auto', 'json', 'text', 'bytes', 'stream', 'events', 'lines']

export function readAsOf(readAs: unknown): ReadAs {
  if (readAs === undefined) return 'auto'
  if (readAsForms.includes(readAs as ReadAs)) return readAs as ReadAs
  throw badInput(unexpected('readAs', `one of ${readAsForms.join(', ')}`, readAs).message)
}

export function bigNumbersOf(bigNumbers: BigNumbers): BigNumbers {
  if (bigNumbersChoices.includes(bigNumbers)) return bigNumbers
  throw badInput(unexpected('bigNumbers', `one of ${bigNumbersChoices.join(', ')}`, bigNumbers).message)
}

export function weightOf({ weight, cost }: Pick<RequestSpec, 'weight' | 'cost'>, byDefault = 1): number {
  const requests: unknown = cost?.requests
  if (weight === undefined) return typeof requests === 'number' && requests > 0 ? requests : byDefault
  if (typeof weight === 'number' && Number.isFinite(weight) && weight > 0) return weight
  throw badInput(unexpected('weight', 'a number above 0', weight).message)
}

/** @throws SettingsError with code `SLUICE_BAD_INPUT` */
export function costOf(name: string, cost: unknown): Cost {
  try {
    return checkedCost(name, cost)
  } catch (error) {
    throw badInput((error as Error).message)
  }
}

export function priorityOf(priority: unknown): number {
  if (priority === undefined) return 0
  if (typeof priority === 'number' && Number.isFinite(priority)) return priority
  throw badInput(unexpected('priority', 'a number', priority).message)
}

export function badInput(message: string): SettingsError {
  return new SettingsError(message, 'SLUICE_BAD_INPUT')
}
