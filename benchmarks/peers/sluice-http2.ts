import { createClient } from 'sluice'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  await using client = createClient({ concurrency, http2: true })
  for await (const result of client.stream(urls(url, calls))) if (!result.ok) throw result.error
}
