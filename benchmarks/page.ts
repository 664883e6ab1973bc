import { ranged, tableOf } from './format.ts'
import type { Machine } from './machine.ts'
import type { Findings, Row } from './row.ts'

/** All that a run of the benchmarks has found out. */
export interface Report {
  /** ISO 8601. */
  readonly date: string
  readonly rounds: number
  readonly machine: Machine
  /** How the processes share the cores. */
  readonly pinning: string
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly { readonly row: Row; readonly findings: Findings }[]
}

/** One row in Markdown: what it is, what was measured, and what was to be reached. */
export function sectionOf({ title, about }: Row, { head, lines, verdicts, comparison }: Findings): string {
  const targets = verdicts.map(({ figure, measured, limit, isMet, format, direction }) => [
    figure,
    `${direction} ${format(limit)}`,
    ranged(measured, format),
    isMet ? 'met' : 'missed',
  ])
  const leftOut = comparison.leftOut.map(({ label, reason }) => `Left out: ${label} (${reason}).`)
  const targetTable = targets.length === 0 ? 'No target.' : tableOf(['target', '', 'measured', 'result'], targets)
  return [`### ${title}`, about, tableOf(head, lines), ...leftOut, targetTable].join('\n\n')
}

/** Settings shared by all rows. */
export function circumstancesOf({ date, rounds, machine, pinning, versions }: Report): string {
  const { cpu, cores, memory, load } = machine
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${date.slice(0, 10)}, rounds: ${rounds}. Cores: ${cores} (${cpu}), ${Math.round(memory / 1e9)} GB; ` +
      `load average before ${load.toFixed(2)}. ${pinning}`,
    `Versions: ${named.join(', ')}.`,
  ].join('\n\n')
}

const begin = '<!-- measured: written by `npm run bench`, do not edit -->'
const end = '<!-- end of measured -->'

/** The page with what was measured in place of what stood there. @throws Error if the page has no place for it. */
export function withMeasured(page: string, report: Report): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the page has no lines ${begin} and ${end}`)
  const sections = report.rows.map(({ row, findings }) => sectionOf(row, findings))
  const text = [begin, circumstancesOf(report), ...sections, ''].join('\n\n')
  return page.slice(0, from) + text + page.slice(to)
}
