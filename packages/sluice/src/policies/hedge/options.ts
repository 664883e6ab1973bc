import { checkNames, type OptionNames } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'

/** When a second attempt goes out, and how many may. */
export interface HedgeOptions {
  /**
   * How long an attempt is waited for alone: what 95 % of the latest successes in its partition have taken, at least
   * 20 ms, once there have been 100; or a duration. @default 'p95'
   */
  readonly after?: 'p95' | Duration | undefined
  /** Second attempts, as a share of the others in their partition. @default 0.05 */
  readonly maxExtra?: number | undefined
}

/** Hedge options, complete and checked. */
export interface HedgeSettings {
  /** Milliseconds; nothing where it is measured. */
  readonly after: number | undefined
  readonly maxExtra: number
}

const names: OptionNames<HedgeOptions> = {
  after: true,
  maxExtra: true,
}

/** Completes and checks the options. @throws SettingsError that names the option. */
export function resolveHedge(hedge: boolean | HedgeOptions | undefined): HedgeSettings | undefined {
  if (hedge === undefined || hedge === false) return undefined
  if (hedge !== true && (typeof hedge !== 'object' || hedge === null)) {
    throw unexpected('hedge', 'true, false, or an object with after and maxExtra', hedge)
  }
  if (hedge !== true) checkNames('hedge.', hedge, names)
  const { after = 'p95', maxExtra = 0.05 } = hedge === true ? {} : hedge
  if (!(typeof maxExtra === 'number' && maxExtra > 0 && maxExtra <= 1)) {
    throw unexpected('hedge.maxExtra', 'a share above 0, at most 1', maxExtra)
  }
  return { after: after === 'p95' ? undefined : parseDuration('hedge.after', after), maxExtra }
}
