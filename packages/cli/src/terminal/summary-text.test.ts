import { type SluiceError, ThrottledError } from 'sluice'
import { CircuitOpenError, PausedError } from 'sluice/internal'
import { expect, it } from 'vitest'
import { exampleSummary } from '../../test/example-summary.ts'
import type { RunSummary } from '../figures/run-figures.ts'
import { summaryText } from './summary-text.ts'

const later = Date.UTC(2030, 0, 1)
const refusal = { status: 429, headers: {}, body: new Uint8Array() }

function summaryWith({ code, summary }: SluiceError): RunSummary {
  return exampleSummary({ errors: [{ code, message: summary, count: 1, example: 'https://api.example/1' }] })
}

it.each([
  ['a refusal with a date', new ThrottledError(refusal, later)],
  ['a pause that is too long', new PausedError(later)],
  ['an open breaker', new CircuitOpenError('https://api.example', later)],
])('advises to come back at the date that the message of %s names', (_, error) => {
  const text = summaryText(summaryWith(error), { colour: false, ascii: true })
  expect(text).toContain('2030-01-01')
  expect(text).toContain('next       resume after that date')
})

it('advises a lower rate after a refusal without a date', () => {
  const text = summaryText(summaryWith(new ThrottledError(refusal)), { colour: false, ascii: true })
  expect(text).toContain('next       set the API’s limit with --rate')
})

it('names the keys that requests were spread over, and what the server refused of them', () => {
  const keys = { KEY_A: { requests: 1_200 }, KEY_B: { requests: 1, refused: 401 } }
  const text = summaryText({ ...summaryWith(new ThrottledError(refusal)), keys }, { colour: false, ascii: true })
  expect(text).toContain('keys       KEY_A 1,200 requests; KEY_B 1 request, refused with 401')
})
