import { type Client, type ClientOptions, createClient, type RetryOptions } from 'sluice'

/** Short waits between attempts, to keep tests fast. */
export const quickRetry: RetryOptions = { base: 5, cap: 20 }

/** A client that ignores the machine's proxy settings and waits briefly between attempts. */
export function testClient(options: ClientOptions = {}): Client {
  return createClient({ proxy: 'none', retry: quickRetry, ...options })
}
