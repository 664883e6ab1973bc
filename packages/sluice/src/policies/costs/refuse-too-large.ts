import { formatRate, inWholeUnits, type Rate } from '../../algorithms/rate/rate.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import { ownCost } from '../../http/cost.ts'
import type { ApiRequest } from '../../http/request.ts'

/** Refuses a request whose cost exceeds a whole window: the server would never accept it. @throws SettingsError */
export function refuseTooLarge(request: ApiRequest, rates: readonly Rate[]): void {
  const { cost, weight } = request
  if (cost === undefined && weight === 1) return
  for (const rate of rates) {
    const { unit } = rate
    const own = unit === undefined ? weight : (ownCost(request, unit) ?? 0)
    if (own <= inWholeUnits(rate).count) continue
    const field = unit === undefined || cost?.[unit] === undefined ? 'weight' : `cost.${unit}`
    throw new SettingsError(
      `${field}: ${own} is more than the rate ${formatRate(rate)} ever allows`,
      'SLUICE_BAD_INPUT',
    )
  }
}
