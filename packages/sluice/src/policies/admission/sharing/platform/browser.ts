import { SettingsError } from '../../../../errors/settings-error.ts'
import type { SharedGates } from '../shared-gates.ts'

/** Not in a bundle for browsers, which cannot reach the database of the limits. @throws SettingsError */
export function createSharedGates(): SharedGates {
  throw new SettingsError('sharedLimits: a browser cannot share limits over a database; leave out sharedLimits')
}
