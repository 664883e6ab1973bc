import { type Client, type ClientOptions, formatDuration } from 'sluice'
import { changeText } from '../figures/change-text.ts'
import { HostHealth } from '../figures/host-health.ts'
import { reachableRate } from '../figures/reachable-rate.ts'
import type { Redact } from '../outputs/redactor.ts'
import { hostText } from './figures-text.ts'

export interface ClientWarnings {
  /** Limits by which a rate is judged to be reachable. */
  readonly limits: Pick<ClientOptions, 'rate' | 'concurrency' | 'rateScope'>
  readonly redact: Redact
  readonly warn: (text: string) => void
}

/**
 * Warns of hosts that fail, keys that are refused, limits of this machine, and rates that cannot be reached. Returns
 * the health of the hosts.
 */
export function warnAbout(client: Client, { limits, redact, warn }: ClientWarnings): HostHealth {
  const health = new HostHealth({ redact, onTrouble: (trouble) => warn(hostText(trouble)) })
  client.on((event) => {
    health.observe(event)
    if (event.type === 'key.refused') {
      const rest = formatDuration(event.until - event.at)
      warn(
        `${event.partition} refused the key ${event.key} with ${event.status}; other keys are used instead, and this one is tried again in ${rest}`,
      )
    }
    if (event.type === 'local.limited') warn(`${changeText(event)}; fewer calls are now in flight`)
  })
  client.on(reachableRate({ ...limits, onUnreachable: warn }))
  return health
}
