import ky from 'ky'
import pLimit from 'p-limit'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const limit = pLimit(concurrency)
  await Promise.all(Array.from(urls(url, calls), (each) => limit(() => ky(each).json())))
}
