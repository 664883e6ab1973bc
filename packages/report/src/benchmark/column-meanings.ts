import { type Markup, markup } from '../page/markup.ts'

const meanings: readonly (readonly [string, string])[] = [
  ['Sequential', 'One after another, a new connection for each, as a plain script does.'],
  ['Reused connection', 'One after another over a single connection.'],
  ['Concurrent', 'So many at once, over connections that stay open.'],
  ['Auto', 'As many at once as Sluice finds best by itself.'],
  [
    'Wall time',
    'From the first request to the last answer: the median of the rounds, and below it the shortest and the longest.',
  ],
  ['Requests/s', 'Successes per second.'],
  ['Speed-up', 'How many times the requests per second of the row “Sequential”.'],
  ['Efficiency', 'The share of what so many at once could reach: that many times the row “Reused connection”.'],
  ['p50, p95, p99', 'Half, 95 % and 99 % of the requests took no longer. Waiting in our own line does not count.'],
  ['429s', 'Requests that were refused because of a rate or a quota.'],
  ['Errors', 'Requests that failed otherwise.'],
  [
    'Best',
    'The smallest number at once within 5 % of the best throughput whose p95 stays within twice the unloaded one.',
  ],
]

/** What the words in the tables mean. */
export function columnMeanings(): Markup {
  return markup`<dl class="meaning">${meanings.map(([name, meaning]) => markup`<dt>${name}</dt><dd>${meaning}</dd>\n`)}</dl>`
}
