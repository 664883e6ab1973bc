import type { SluiceEvent } from 'sluice'
import type { Scenario } from './scenario.ts'

/** Runs a scenario with one seed and prints what the client tells, one line an event. */
export async function printEvents(scenario: Scenario, seed: number, out: (line: string) => void): Promise<void> {
  const measured = await scenario.run(seed, (event) => out(queueOf(event)))
  for (const [index, { name }] of scenario.figures.entries()) out(`${name}: ${measured[index]}`)
}

function queueOf({ type, at, ...details }: SluiceEvent): string {
  const fields = Object.entries(details).map(([name, value]) => `${name}=${textOf(value)}`)
  return [at.toFixed(1).padStart(10), type, ...fields].join(' ')
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toFixed(2)))
  if (value instanceof Error) return value.name
  if (typeof value === 'object' && value !== null && 'url' in value) return String(value.url)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
