import axios from 'axios'
import axiosRetry from 'axios-retry'
import pLimit from 'p-limit'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const client = axios.create()
  axiosRetry(client)
  const limit = pLimit(concurrency)
  await Promise.all(Array.from(urls(url, calls), (each) => limit(async () => (await client.get(each)).data)))
}
