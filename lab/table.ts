import type { Family, Figure, Row } from './scenario.ts'

const head = ['scenario', 'figure', 'target', 'median', 'worst (seed)', 'result'] as const

/** The cells of the table, one list for each row. */
function cellsOf(rows: readonly Row[]): readonly (readonly string[])[] {
  let last = ''
  return rows.map((row) => {
    const { figure, median, worst, worstSeed, scenario } = row
    const name = scenario === last ? '' : scenario
    last = scenario
    const seed = worst === median ? '' : ` (${worstSeed})`
    return [name, figure.name, targetOf(figure), show(figure, median), show(figure, worst) + seed, resultOf(row)]
  })
}

function markdownTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...cellsOf(rows).map(line)].join('\n')
}

export function plainTable(rows: readonly Row[]): string {
  const lines = [head, ...cellsOf(rows)]
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `met`, or by how much not. */
function resultOf({ figure, medianMiss, worstMiss }: Row): string {
  if (figure.target === 'shown only') return ''
  const kept = figure.held === true ? ', held' : ''
  if (worstMiss === 0) return `met${kept}`
  if (medianMiss === 0) return `met, worst seed misses by ${show(figure, worstMiss)}${kept}`
  return `missed by ${show(figure, medianMiss)}, worst by ${show(figure, worstMiss)}${kept}`
}

function targetOf({ target, ...figure }: Figure): string {
  if (target === 'shown only') return ''
  return 'atMost' in target
    ? `<= ${show({ target, ...figure }, target.atMost)}`
    : `>= ${show({ target, ...figure }, target.atLeast)}`
}

function show({ unit }: Figure, value: number): string {
  if (!Number.isFinite(value)) return 'never'
  const digits = Math.abs(value) >= 1_000 ? 0 : unit !== '%' && unit !== 's' ? 3 : Math.abs(value) < 0.1 ? 4 : 2
  const rounded = String(Number(value.toFixed(digits)))
  return unit === undefined ? rounded : `${rounded} ${unit}`
}

const introduction = (seeds: number): string => `# Laboratory

Written by \`npm run lab\`; do not edit. The real client runs on a virtual clock against modelled servers, with seeds 1
to ${seeds}: the same sources give the same figures on any machine, and a simulated day takes seconds. Every row shows the
median over the seeds and the worst seed. A target is met if the worst seed meets it. The tests and
\`npm run lab -- --check\` fail if a target marked *held* is missed; other misses are known.

\`npm run lab -- herd\` runs one table; \`npm run lab -- 'herd/date' --events --seed 7\` prints the events of one seed.
`

/** The page with all figures that do not depend on the machine. */
export function writePage(
  families: readonly Family[],
  rowsByFamily: ReadonlyMap<string, readonly Row[]>,
  seeds: number,
): string {
  const parts = families.flatMap(({ name, title, about }) => {
    const rows = rowsByFamily.get(name)?.filter(({ figure }) => figure.isReal !== true) ?? []
    return rows.length === 0 ? [] : [`## ${title}\n\n${about}\n\n${markdownTable(rows)}\n`]
  })
  return [introduction(seeds), ...parts].join('\n')
}
