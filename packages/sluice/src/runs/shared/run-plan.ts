import type { Client } from '../../client/client.ts'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import type { StoringOptions } from '../stored-result.ts'
import type { OpenedRun } from './worker-options.ts'

/** How a worker does a run: what it was opened with, complete and checked. */
export interface RunPlan {
  readonly client: Client
  /** The run's own limit, over all workers. */
  readonly concurrency: number
  readonly isKeyed: boolean
  readonly storing: StoringOptions
  readonly deadline: OpenedRun['deadline']
}

/** @throws SettingsError that names the option. */
export function resolvePlan(opened: OpenedRun): RunPlan {
  const { client, keepHeaders = [], redact = (text: string): string => text, deadline } = opened
  if (typeof redact !== 'function') throw unexpected('redact', 'a function that masks secrets in a text', redact)
  return {
    client,
    concurrency: wholeNumber('concurrency', opened.concurrency ?? client.status().concurrency, 1),
    isKeyed: flag('idempotencyKey', opened.idempotencyKey ?? false),
    storing: { keepHeaders: new Set(keepHeaders.map((name) => name.trim().toLowerCase())), redact },
    deadline,
  }
}
