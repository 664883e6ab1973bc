import { expect, it } from 'vitest'
import { momentOf } from './moment.ts'

it('reads a moment for people and for machines', () => {
  expect(momentOf('2026-11-20T10:52:00.000Z')).toEqual({
    text: '20 November 2026 at 10:52 UTC',
    iso: '2026-11-20T10:52:00.000Z',
  })
  expect(momentOf('2026-11-20T23:30:00-02:00')?.text).toBe('21 November 2026 at 01:30 UTC')
})

it.each(['', 'soon', '1', 'x1', '2026-13-40T00:00:00Z', '2026-11-20T10:52:00Z<script>'])('finds none in %j', (text) => {
  expect(momentOf(text)).toBeUndefined()
})
