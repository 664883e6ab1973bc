import type { Spread } from './statistics.ts'

/** `12.3 (11.9 to 13.0)`; without the range if there was one round. */
export function ranged({ median, least, most }: Spread, format: (value: number) => string): string {
  return least === most ? format(median) : `${format(median)} (${format(least)} to ${format(most)})`
}

export function decimals(places: number): (value: number) => string {
  return (value) => value.toFixed(places)
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** A table in Markdown. */
export function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
