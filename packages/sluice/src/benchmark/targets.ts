import type { ClientOptions } from '../client/settings.ts'
import { createRequest } from '../http/create-request.ts'
import { redactUrl } from '../http/redact.ts'
import type { RequestInput } from '../http/request.ts'

/** A report is to be read. */
const mostShown = 100

/** Requests, each once, with credentials masked. */
export function targetsOf(requests: readonly RequestInput[], { baseUrl }: ClientOptions): string[] {
  const targets = new Set<string>()
  for (const input of requests) {
    if (targets.size === mostShown) break
    targets.add(targetOf(input, baseUrl === undefined ? undefined : String(baseUrl)))
  }
  return [...targets]
}

function targetOf(input: RequestInput, baseUrl: string | undefined): string {
  try {
    const { method, url } = createRequest(input, { baseUrl, headers: {}, partition: undefined })
    return `${method} ${redactUrl(url)}`
  } catch {
    // It fails as a request too, and is counted there.
    return 'no request'
  }
}
