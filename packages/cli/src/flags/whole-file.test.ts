import { expect, it } from 'vitest'
import { wholeFile } from './whole-file.ts'

it('reads a device to its end, and refuses one that is endless', () => {
  expect(wholeFile('/dev/null')).toHaveLength(0)
  expect(() => wholeFile('/dev/zero')).toThrow('it is a device or a pipe with more than 64 MiB')
})
