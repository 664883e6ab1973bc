import { expect, it } from 'vitest'
import * as browser from './browser.ts'
import * as others from './default.ts'

it('has the names of the gates for other runtimes', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(others).sort())
})

it('refuses sharedLimits in a browser', () => {
  expect(() => browser.createSharedGates()).toThrow('sharedLimits: a browser cannot share limits over a database')
})
