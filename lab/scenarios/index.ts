import type { Family } from '../scenario.ts'
import { advertisedQuota } from './advertised-quota.ts'
import { auto } from './auto.ts'
import { day } from './day.ts'
import { herd } from './herd.ts'
import { knownQuota } from './known-quota.ts'
import { outage } from './outage.ts'
import { sharedLimits } from './shared-limits.ts'
import { twoHosts } from './two-hosts.ts'

/** All of them, in the order of the page. */
export const families: readonly Family[] = [
  herd,
  knownQuota,
  advertisedQuota,
  auto,
  outage,
  twoHosts,
  day,
  sharedLimits,
]
