import { type CallResult, createClient, type RequestSpec, type Success } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { memoryTransport } from 'sluice/transport'
import type { Reading, SourceAdapter, SourceRequest } from '../../src/model/source.ts'

/** 2026-01-10. */
export const fetchedAt: number = Date.UTC(2026, 0, 10)

/** Result of a client whose request gets this response. */
async function answered(
  request: RequestSpec,
  body: unknown,
  { status = 200, type = 'application/json' } = {},
): Promise<CallResult> {
  const bytes =
    body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
  const transport = memoryTransport(() => ({ status, headers: { 'content-type': type }, body: bytes }))
  const client = createClient({ clock: new ManualClock(), transport, retry: false })
  const result = await client.try(request)
  await client.close()
  return result
}

/** Reads a response with an adapter, by default as the response to its first request. */
export async function reading(
  adapter: SourceAdapter,
  body: unknown,
  options: { readonly status?: number; readonly type?: string; readonly request?: SourceRequest } = {},
): Promise<Reading | undefined> {
  const request = options.request ?? adapter.begin()[0]!
  const result = await answered(request.request, body, options)
  if (result.ok) return adapter.read(request, result as Success, fetchedAt)
  return adapter.readFailure?.(request, result)
}
