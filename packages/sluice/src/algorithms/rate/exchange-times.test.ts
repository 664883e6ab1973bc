import { expect, it } from 'vitest'
import { ExchangeTimes } from './exchange-times.ts'

it('expects no lateness from a single exchange or from the first, which opens a connection, then half an exchange', () => {
  const times = new ExchangeTimes()
  expect(times.lateness).toBe(0)
  times.add(1_400)
  times.add(100)
  expect(times.lateness).toBe(0)
  times.add(100)
  expect(times.lateness).toBe(50)
})

it('expects what nine of ten of the last exchanges took longer than half of the quickest of all', () => {
  const times = new ExchangeTimes()
  times.add(900)
  times.add(100)
  for (let count = 0; count < 18; count++) times.add(130)
  times.add(900)
  expect(times.lateness).toBe(80)
  for (let count = 0; count < 4; count++) times.add(5_000)
  expect(times.lateness).toBe(1_000)
})
