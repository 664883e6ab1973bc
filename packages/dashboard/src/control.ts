import { parseRate } from 'sluice/internal'
import type { Control } from './live-run.ts'

const mostInFlight = 100_000
const maxPriority = 1_000

/** Parses a control command from the page. Returns an error message if it is invalid. */
export function controlOf(text: string): Control | string {
  let wish: unknown
  try {
    wish = JSON.parse(text)
  } catch {
    return 'expected JSON'
  }
  const { action, value, error } = (wish ?? {}) as Readonly<Record<string, unknown>>
  if (action === 'pause' || action === 'continue' || action === 'stop') return { action }
  if (action === 'rate') return rateOf(value)
  if (action === 'priority') return priorityOf(value)
  if (action === 'retry') return retryOf(error)
  if (action !== 'concurrency') return 'action: expected pause, continue, stop, retry, concurrency, rate or priority'
  const isSound = Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= mostInFlight
  return isSound ? { action, value: value as number } : `value: expected a whole number from 1 to ${mostInFlight}`
}

function retryOf(error: unknown): Control | string {
  if (error === undefined) return { action: 'retry' }
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>
  return typeof code === 'string' && typeof message === 'string'
    ? { action: 'retry', error: { code, message } }
    : 'error: expected a code and a message'
}

function priorityOf(value: unknown): Control | string {
  const isSound = Number.isSafeInteger(value) && Math.abs(value as number) <= maxPriority
  return isSound
    ? { action: 'priority', value: value as number }
    : `value: expected a whole number from -${maxPriority} to ${maxPriority}`
}

function rateOf(value: unknown): Control | string {
  try {
    parseRate('rate', value as string)
    return { action: 'rate', value: value as string }
  } catch (error) {
    return (error as Error).message
  }
}
