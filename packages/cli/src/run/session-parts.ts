import type { Io } from '../io.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'
import type { FetchPlan } from './fetch-plan.ts'
import type { Redact } from './redactor.ts'
import type { Talk } from './talk.ts'

/** What a session is made of: what is to be done, and the world around it. */
export interface SessionParts {
  readonly plan: FetchPlan
  readonly flags: FetchFlags
  readonly io: Io
  readonly talk: Talk
  readonly redact: Redact
}
