import { fetchAll } from 'sluice'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const results = await fetchAll(urls(url, calls), { concurrency })
  for (const result of results) if (!result.ok) throw result.error
}
