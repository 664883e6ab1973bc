import type { Call } from '../attempt.ts'

/** True if a call may be one with others: it only reads, and all there is to it is in its head. */
export function isShareable({ request, credentials }: Call): boolean {
  return (
    credentials === undefined && (request.method === 'GET' || request.method === 'HEAD') && request.body === undefined
  )
}

/**
 * Identity of a call: calls with the same identity can share an answer.
 *
 * Besides what is requested (method, URL, headers, `readAs`) that is who asks (`caller`, a secret), and how it is sent: for
 * whose limits, with which priority and timeout, and whether it waits for a server that is down and is led on by redirects. A key that makes a call safe to repeat is the call's own, and means nothing to a request that is safe anyway.
 */
export function identityOf({ request, waitsForRecovery, followsRedirects }: Call, caller?: string): string {
  const { method, url, readAs, partition, priority, timeout = null } = request
  const headers = Object.entries(request.headers)
    .filter(([name]) => name !== 'idempotency-key')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const manner = [partition, priority, timeout, waitsForRecovery, followsRedirects]
  return JSON.stringify([method, url, readAs, manner, headers, caller])
}
