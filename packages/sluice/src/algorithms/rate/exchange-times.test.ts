import { expect, it } from 'vitest'
import { ExchangeTimes } from './exchange-times.ts'

it('expects no lateness from a single exchange, and none from the first, which opens a connection', () => {
  const times = new ExchangeTimes()
  expect(times.lateness).toBe(0)
  times.add(1_400)
  times.add(100)
  expect(times.lateness).toBe(0)
  times.add(100)
  expect(times.lateness).toBe(0)
})

it('expects what nine of ten of the last exchanges took longer than the quickest of all', () => {
  const times = new ExchangeTimes()
  times.add(900)
  times.add(100)
  for (let count = 0; count < 18; count++) times.add(130)
  times.add(900)
  expect(times.lateness).toBe(30)
  for (let count = 0; count < 4; count++) times.add(5_000)
  expect(times.lateness).toBe(1_000)
})
