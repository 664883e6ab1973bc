import { memoryText, messageOf } from 'sluice/internal'
import type { WorkerEvent, WorkerStatus } from 'sluice/runs'
import { stateChangeTexts } from '../../terminal/steered-text.ts'
import { cleanText, countText } from '../../terminal/text.ts'

/** Message about an event, and its level: `detail` is only shown with `-v`. */
export interface Saying {
  readonly how: 'say' | 'warn' | 'detail'
  readonly text: string
}

/** The message about an event. */
export function eventText(event: WorkerEvent): Saying {
  switch (event.type) {
    case 'run.joined':
      return { how: 'say', text: `working on ${cleanText(event.run)}` }
    case 'run.left':
      return { how: 'detail', text: `nothing to do in ${cleanText(event.run)} for now` }
    case 'run.finished':
      return { how: 'say', text: `${cleanText(event.run)} is finished` }
    case 'run.removed':
      return { how: 'warn', text: `${cleanText(event.run)} was removed while it was worked on` }
    case 'run.steered':
      return { how: 'say', text: `${cleanText(event.run)}: ${stateChangeTexts(event.wish, event.before).join('; ')}` }
    case 'run.refused':
      return { how: 'warn', text: `${withName(event.run, messageOf(event.error))}; it is left to other workers` }
    case 'chunk.lost':
      return { how: 'warn', text: `chunk ${event.chunk} of ${cleanText(event.run)} was taken over by another worker` }
    case 'chunk.claimed':
    case 'chunk.done':
    case 'chunk.released': {
      const what = { 'chunk.claimed': 'taken', 'chunk.done': 'done', 'chunk.released': 'released' }[event.type]
      return { how: 'detail', text: `. chunk ${event.chunk} of ${cleanText(event.run)} is ${what}` }
    }
    case 'item.failed':
      return {
        how: 'warn',
        text: `item ${event.index + 1} of ${cleanText(event.run)} failed: ${cleanText(event.message)}`,
      }
    case 'worker.limited':
      return {
        how: 'warn',
        text: memoryText(event, '--max-memory'),
      }
    case 'store.lost':
      return {
        how: 'warn',
        text: `the store does not answer; trying again: ${cleanText(messageOf(event.error))}`,
      }
    case 'store.back':
      return { how: 'say', text: 'the store answers again' }
  }
}

/** Fields of a log line about an event. */
export function eventRecord(event: WorkerEvent): Record<string, unknown> {
  const { type, ...fields } = event
  const { how } = eventText(event)
  const level = how === 'warn' ? 'warn' : how === 'say' ? 'info' : 'debug'
  if (!('error' in fields)) return { level, msg: type, ...fields }
  const { error, ...rest } = fields
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { level, msg: type, ...rest, error: { code, message: messageOf(error) } }
}

/** Status of a worker in one line: most important first, so that a narrow terminal may cut off the end. */
export function statusText(status: WorkerStatus, rate: number): string {
  const { succeeded, failed, parked, throttled, runs, heldBy } = status
  const gates = heldBy.filter((gate) => gate !== 'concurrency')
  const parts = [
    `${countText(succeeded + failed)} done`,
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    `${rate.toFixed(1)}/s`,
    `${status.inFlight} in flight`,
    ...(gates.length > 0 ? [`held by ${gates.map(cleanText).join(', ')}`] : []),
    ...(throttled > 0 ? [`${countText(throttled)} refused`] : []),
    ...(parked > 0 ? [`${countText(parked)} parked`] : []),
    runs.length === 0
      ? 'waiting for runs'
      : `${status.chunks} ${status.chunks === 1 ? 'chunk' : 'chunks'} of ${shortList(runs)}`,
    ...(status.isConnected ? [] : ['without the store']),
    ...(status.state === 'draining' ? ['stopping'] : []),
  ]
  return parts.join('  ')
}

/** Final counts of a worker. */
export function endText({ id, succeeded, failed, parked, requests }: WorkerStatus): string {
  const parts = [
    `${countText(succeeded)} succeeded`,
    `${countText(failed)} failed`,
    ...(parked > 0 ? [`${countText(parked)} parked`] : []),
    `${countText(requests)} requests`,
  ]
  return `worker ${id} has left: ${parts.join(', ')}`
}

function shortList(runs: readonly string[]): string {
  const shown = runs.slice(0, 3).map(cleanText).join(', ')
  return runs.length > 3 ? `${shown} and ${runs.length - 3} more` : shown
}

/** Prefixes the name, unless the message starts with it. */
function withName(run: string, message: string): string {
  return message.startsWith(`${run}: `) ? cleanText(message) : `${cleanText(run)}: ${message}`
}
