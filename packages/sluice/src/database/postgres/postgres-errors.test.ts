import { expect, it } from 'vitest'
import type { StoreError } from '../store-error.ts'
import { asStoreError } from './postgres-errors.ts'

it.each([
  ['ECONNREFUSED', true],
  ['57014', true], // a lock was held for a minute
  ['55P03', true],
  ['53100', true], // the disk is full
  ['53300', true],
  ['25006', true], // a standby, during a failover
  ['28P01', true], // the password was changed
  ['42501', true],
  ['58030', true],
  ['22021', false], // data that it cannot take
  ['23514', false],
  ['42P01', true], // the user lost USAGE on the schema
  ['P0001', true], // a trigger of somebody else raises it
  ['XX000', true],
  ['XX001', false], // damaged data
])('%s may pass: %s', (code, mayPass) => {
  const error = asStoreError(Object.assign(new Error('no'), { code }), 'postgres://db', [])
  expect((error as StoreError).mayPass).toBe(mayPass)
})

it('a pooler without a free session is named, because it accepts connections and does not answer', () => {
  const error = asStoreError(new Error('Query read timeout'), 'postgres://db', [])
  expect(error).toMatchObject({ mayPass: true, message: expect.stringContaining('default_pool_size of PgBouncer') })
})
