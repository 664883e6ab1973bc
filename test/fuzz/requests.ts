import type { CallResult, RequestInput } from 'sluice'
import type { Item } from './round-plan.ts'
import type { WatchedServer } from './watched-server.ts'

/** Request for an item. The server echoes the request, so that its response can be identified. */
export function requestOf(item: Item, servers: readonly WatchedServer[]): RequestInput {
  const base = {
    id: item.name,
    url: `${servers[item.server]!.running.url}/echo?item=${item.name}`,
    method: item.method,
    readAs: item.readAs,
    headers: item.hasKey ? { 'idempotency-key': `key-${item.name}` } : {},
  }
  return item.method === 'POST' || item.method === 'PUT' ? { ...base, json: { pay: item.name } } : base
}

/** Problem with a success; undefined if it is a complete response to this request. */
export function wrongWith(item: Item, result: CallResult): string | undefined {
  if (!result.ok || item.method === 'HEAD' || result.status === 204) return undefined
  // Unfollowed redirects and responses to conditional requests are valid.
  if (result.status >= 300) return undefined
  const text =
    result.value instanceof Uint8Array
      ? Buffer.from(result.value).toString('utf8')
      : typeof result.value === 'string'
        ? result.value
        : undefined
  if (text !== undefined && isPage(text)) return undefined
  let value: unknown = result.value
  if (text !== undefined) {
    try {
      value = JSON.parse(text)
    } catch {
      // A truncated body with a matching length is the fault `malformed`: only a JSON parser can detect it.
      if (result.headers['content-length'] === String(Buffer.byteLength(text))) return undefined
      return `item ${item.name}: half an answer is a success: ${JSON.stringify(text.slice(-60))}`
    }
  }
  if (Array.isArray(value)) return undefined
  const { query, message } = (value ?? {}) as { query?: { item?: string }; message?: string }
  if (query?.item === item.name || message === 'a body for a fault to happen to') return undefined
  return `item ${item.name}: the answer is another's: ${JSON.stringify(value)?.slice(0, 200)}`
}

function isPage(text: string): boolean {
  return text.startsWith('<!doctype html>') && text.endsWith('</p>\n')
}
