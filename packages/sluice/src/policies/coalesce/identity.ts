import type { Call } from '../attempt.ts'

/** True if a call can be shared: it only reads, has no body, and carries no credentials of its own. */
export function isShareable({ request, credentials }: Call): boolean {
  return (
    credentials === undefined && (request.method === 'GET' || request.method === 'HEAD') && request.body === undefined
  )
}

/**
 * Identity of a call: calls with the same identity can share a response.
 *
 * It covers the request (method, URL, headers, `readAs`), the caller (`caller`, a secret), and how the call is sent:
 * its partition, priority and timeout, whether it waits for a failing server, and whether it follows redirects. An
 * idempotency key belongs to one call and has no meaning for a request that is safe anyway.
 */
export function identityOf({ request, waitsForRecovery, followsRedirects }: Call, caller?: string): string {
  const { method, url, readAs, partition, priority, timeout = null } = request
  const headers = Object.entries(request.headers)
    .filter(([name]) => name !== 'idempotency-key')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const manner = [partition, priority, timeout, waitsForRecovery, followsRedirects]
  return JSON.stringify([method, url, readAs, manner, headers, caller])
}
