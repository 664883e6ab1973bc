import { type Client, type ClientOptions, createClient, type RetryOptions } from 'sluice'

/** Waits between attempts that keep a test short. */
export const quickRetry: RetryOptions = { base: 5, cap: 20 }

/** A client that does not care for the machine's proxy settings, and does not wait long between attempts. */
export function testClient(options: ClientOptions = {}): Client {
  return createClient({ proxy: 'none', retry: quickRetry, ...options })
}
