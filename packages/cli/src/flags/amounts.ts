import { SettingsError } from 'sluice'
import { isUnitName } from 'sluice/internal'

const factors: Readonly<Record<string, number>> = { '': 1, k: 1_000, M: 1_000_000, G: 1_000_000_000 }

/** `unit=value` pairs in lists such as `tokens=prompt_tokens,usd=0.01`. @throws SettingsError for an invalid pair */
export function unitPairs(lists: readonly string[], flag: string): (readonly [unit: string, value: string])[] {
  return lists
    .flatMap((list) => list.split(','))
    .map((pair) => {
      const at = pair.indexOf('=')
      const [unit, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      if (at > 0 && value !== '' && isUnitName(unit)) return [unit, value] as const
      throw new SettingsError(`${flag}: expected unit=value such as tokens=1200, got ${JSON.stringify(pair)}`)
    })
}

/** Amounts by unit: `tokens=5M,usd=2.50`. @throws SettingsError if an amount is not a number */
export function amounts(lists: readonly string[], flag: string): Record<string, number> {
  const pairs = unitPairs(lists, flag).map(([unit, text]) => {
    const amount = amountOf(text)
    if (amount === undefined) throw new SettingsError(`${flag}: expected a number such as 1200 or 5M, got ${text}`)
    return [unit, amount] as const
  })
  return Object.fromEntries(pairs)
}

/** Number in a text such as `1200` or `5M`; undefined if it is not one. */
export function amountOf(text: string): number | undefined {
  const [, digits, factor = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number((Number(digits) * factors[factor]!).toPrecision(15))
}
