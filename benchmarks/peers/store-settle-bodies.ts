import { run as settle } from './store-settle.ts'

const text = new TextEncoder()

/** The same with a body of 1,000 bytes for each result: numbers that differ, as an API would send them. */
export function run(url: string, results: number, size: number): Promise<void> {
  return settle(url, results, size, bodyOf)
}

function bodyOf(index: number): Uint8Array {
  const prices = Array.from({ length: 200 }, (_, day) => ((index * 7919 + day * day * 104_729) % 100_000) / 100)
  return text.encode(`${JSON.stringify({ id: index, prices }).slice(0, 997)}]}`)
}
