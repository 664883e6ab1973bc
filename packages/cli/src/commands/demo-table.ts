import { formatDuration } from 'sluice'

/** One way of doing the same work. */
export interface DemoRow {
  readonly title: string
  readonly items: number
  readonly succeeded: number
  /** Milliseconds. */
  readonly elapsed: number
  /** As the server counted them. */
  readonly requests: number
  readonly refused: number
  readonly largestAtOnce: number
  readonly note: string
}

/** The rows beside one another, the first being what the others are compared with. */
export function demoTable(rows: readonly DemoRow[]): string {
  const base = rows[0]!.elapsed
  const cells = rows.map((row) => [
    row.title,
    formatDuration(row.elapsed),
    `${(base / row.elapsed).toFixed(1)} x`,
    `${row.note === '' ? row.succeeded : row.items} of ${row.items}`,
    row.note === '' ? (row.requests / row.items).toFixed(2) : '1.00',
    String(row.refused),
    row.note,
  ])
  const head = ['', 'time', 'speed', 'products', 'sent/item', 'refused', '']
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 || column === 6 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(head), ...cells.map(line)].join('\n')
}
