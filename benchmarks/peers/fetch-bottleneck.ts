import Bottleneck from 'bottleneck'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const limiter = new Bottleneck({ maxConcurrent: concurrency })
  await Promise.all(Array.from(urls(url, calls), (each) => limiter.schedule(() => json(each))))
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`status ${response.status}`)
  return await response.json()
}
