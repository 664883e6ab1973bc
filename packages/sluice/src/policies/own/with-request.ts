import { mergeHeaders } from '../../http/headers.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import type { Next } from '../policy.ts'

/** What a policy may change of what is sent. Limits, identity and place in the line were settled before. */
export interface RequestChanges extends Partial<Pick<ApiRequest, 'method' | 'url' | 'body' | 'timeout'>> {
  /** Added to those of the request; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/**
 * Goes on with a changed request, and puts the old one back: events, results and the policies outside never see the change.
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` for a header that cannot be sent.
 */
export async function withRequest(attempt: Attempt, changes: RequestChanges, next: Next): Promise<Outcome> {
  const { request } = attempt
  const { headers, ...others } = changes
  attempt.request = { ...request, ...others, headers: mergeHeaders(request.headers, headers ?? {}) }
  try {
    return await next(attempt)
  } finally {
    attempt.request = request
  }
}
