import pLimit from 'p-limit'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const limit = pLimit(concurrency)
  await Promise.all(Array.from(urls(url, calls), (each) => limit(() => json(each))))
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`status ${response.status}`)
  return await response.json()
}
