import { formatRate, inWholeUnits, type Rate } from '../../algorithms/rate/rate.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import type { ApiRequest } from '../../http/request.ts'

/** Refuses a request whose own cost is above a whole window: a server with that limit never takes it. @throws SettingsError */
export function refuseTooLarge({ cost, weight }: ApiRequest, rates: readonly Rate[]): void {
  if (cost === undefined && weight === 1) return
  for (const rate of rates) {
    const inUnit = rate.unit === undefined ? undefined : cost?.[rate.unit]
    const own = inUnit ?? (rate.unit !== undefined && weight === 1 ? 0 : weight)
    if (own <= inWholeUnits(rate).count) continue
    const field = inUnit === undefined ? 'weight' : `cost.${rate.unit}`
    throw new SettingsError(`${field}: ${own} never fits the rate ${formatRate(rate)}`, 'SLUICE_BAD_INPUT')
  }
}
