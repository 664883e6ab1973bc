import { checkNames, type OptionNames } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'

/** When second attempts are sent, and how many. */
export interface HedgeOptions {
  /**
   * Delay before a second attempt: the 95th percentile of recent successes in the partition, at least 20 ms, once there
   * have been 100; or a fixed duration. @default 'p95'
   */
  readonly after?: 'p95' | Duration | undefined
  /** Maximum second attempts, as a share of the first attempts in their partition. @default 0.05 */
  readonly maxExtra?: number | undefined
}

/** Hedge options, completed and validated. */
export interface HedgeSettings {
  /** Delay in ms; undefined if it is measured. */
  readonly after: number | undefined
  readonly maxExtra: number
}

const names: OptionNames<HedgeOptions> = {
  after: true,
  maxExtra: true,
}

/** Completes and validates the options. @throws SettingsError that names the option. */
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
