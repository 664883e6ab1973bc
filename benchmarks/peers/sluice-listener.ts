import { createClient } from 'sluice'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  await using client = createClient({ concurrency })
  let settled = 0
  client.on((event) => {
    if (event.type === 'call.settled') settled++
  })
  for await (const result of client.stream(urls(url, calls))) if (!result.ok) throw result.error
  if (settled !== calls) throw new Error(`${settled} of ${calls} calls were told of`)
}
