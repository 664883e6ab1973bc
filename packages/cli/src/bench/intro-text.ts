import type { BenchmarkPlan } from 'sluice/internal'
import { countText } from '../reporters/count-text.ts'
import { type Sending, sendingText } from './consent.ts'
import { wrapText } from './wrap-text.ts'

/** What will be done, said before it begins. */
export function introText(
  { rows, requestsPerRow, repeat, requests }: BenchmarkPlan,
  sending: Sending,
  width: number,
): string {
  const levels = rows.flatMap(({ mode, concurrency }) => (mode === 'concurrent' ? [String(concurrency)] : []))
  const atOnce = levels.length === 0 ? '' : `, then ${listed(levels)} at once`
  const auto = rows.some(({ mode }) => mode === 'auto') ? ', and as many as work best' : ''
  const each = `${countText(requestsPerRow)} ${requestsPerRow === 1 ? 'request' : 'requests'} each`
  const rounds = `${repeat} ${repeat === 1 ? 'round' : 'rounds'}`
  const how = `one after another (a new connection for each, then one that is kept)${atOnce}${auto}`
  return [
    `at most ${sendingText(requests, sending)}`,
    ...wrapText(`${rows.length} rows of ${each}, in ${rounds}: ${how}`, Math.max(20, width - 2)).map(
      (line) => `  ${line}`,
    ),
  ].join('\n')
}

function listed(items: readonly string[]): string {
  return items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
