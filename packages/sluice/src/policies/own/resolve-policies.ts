import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import type { Policy } from '../policy.ts'

/** The policies that were given, checked. @throws SettingsError that names the option and the place in its list. */
export function resolvePolicies(option: string, given: readonly Policy[] | undefined): readonly Policy[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw unexpected(option, 'a list of policies', given)
  for (const [index, policy] of (given as readonly Partial<Policy>[]).entries()) {
    if (typeof policy?.name === 'string' && policy.name !== '' && typeof policy.run === 'function') continue
    throw new SettingsError(`${option}[${index}]: expected a policy with a name and run(attempt, next)`)
  }
  return [...given]
}
