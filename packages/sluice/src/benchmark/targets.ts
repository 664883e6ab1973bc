import type { ClientOptions } from '../client/settings.ts'
import { createRequest } from '../http/create-request.ts'
import { redactUrl } from '../http/redact.ts'
import type { RequestInput } from '../http/request.ts'

/** Maximum number of targets in a report. */
const maxShown = 100

/** Distinct requests with credentials masked. */
export function targetsOf(requests: readonly RequestInput[], { baseUrl }: ClientOptions): string[] {
  const targets = new Set<string>()
  for (const input of requests) {
    if (targets.size === maxShown) break
    targets.add(targetOf(input, baseUrl === undefined ? undefined : String(baseUrl)))
  }
  return [...targets]
}

function targetOf(input: RequestInput, baseUrl: string | undefined): string {
  try {
    const { method, url } = createRequest(input, { baseUrl, headers: {}, partition: undefined })
    return `${method} ${redactUrl(url)}`
  } catch {
    // The request itself fails too, and is counted there.
    return 'no request'
  }
}
