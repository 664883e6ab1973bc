import got from 'got'
import PQueue from 'p-queue'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const queue = new PQueue({ concurrency })
  await queue.addAll(Array.from(urls(url, calls), (each) => () => got(each, { http2: true }).json()))
}
