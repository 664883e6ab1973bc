import { formatDuration, type SluiceEvent } from 'sluice'
import { memoryText } from 'sluice/internal'

/** Description of the limit change reported by an event; undefined for other events. */
export function changeText(event: SluiceEvent): string | undefined {
  switch (event.type) {
    case 'partition.paused':
      return `${event.partition} is paused for ${formatDuration(event.until - event.at)}: the server requested it`
    case 'limit.learned':
      return `${event.partition}: a rate of ${event.rate} was inferred from refusals`
    case 'breaker.changed':
      return `${event.partition}: the breaker is ${event.to} (${event.cause ?? event.reason})`
    case 'concurrency.changed':
      return `${event.partition}: concurrency from ${event.from} to ${event.to} (${event.reason})`
    case 'key.refused':
      return `${event.partition}: the key ${event.key} was refused with ${event.status}`
    case 'local.limited':
      return event.memory === undefined ? event.message : memoryText(event.memory, '--max-memory')
    default:
      return undefined
  }
}
