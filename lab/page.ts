import type { Row } from './run.ts'
import type { Family } from './scenario.ts'
import { markdownTable } from './table.ts'

const introduction = (seeds: number): string => `# Laboratory

Written by \`npm run lab\`; do not edit. The real client under a virtual clock against modelled servers, with seeds 1 to
${seeds}: the same sources give the same figures on any machine, and a simulated day takes seconds. Every line shows the
median over the seeds and the worst seed. A target is met when the worst seed meets it; *held* targets are kept by the
tests and by \`npm run lab -- --check\`, the others are findings.

\`npm run lab -- herd\` runs one family, \`npm run lab -- 'herd/date' --events --seed 7\` prints what happens in one seed.
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
