import { describe, expect, it } from 'vitest'
import { flag, oneOf, wholeNumber } from './checks.ts'
import { SettingsError, unexpected } from './settings-error.ts'
import { SluiceError } from './sluice-error.ts'

describe('wholeNumber', () => {
  it.each([
    [1, 1],
    [20, 1],
    [Number.MAX_SAFE_INTEGER, 1],
    [-3, -5],
  ])('returns %d, which is from %d up', (value, min) => {
    expect(wholeNumber('maxAttempts', value, min)).toBe(value)
  })

  it.each([
    [0, '0 (number)'],
    [-1, '-1 (number)'],
    [1.5, '1.5 (number)'],
    [Number.NaN, 'NaN (number)'],
    [Number.POSITIVE_INFINITY, 'Infinity (number)'],
    ['3', '"3" (string)'],
    [3n, '3 (bigint)'],
    [null, 'null (null)'],
    [undefined, 'undefined (undefined)'],
    [true, 'true (boolean)'],
  ])('refuses %s, and names the option, the range and what came', (value, shown) => {
    expect(() => wholeNumber('maxAttempts', value, 1)).toThrow(
      `maxAttempts: expected a whole number from 1 up, got ${shown}`,
    )
  })

  it('takes both ends of its range, and names them when it refuses', () => {
    expect([0, 100].map((value) => wholeNumber('maxRedirects', value, 0, 100))).toEqual([0, 100])
    expect(() => wholeNumber('maxRedirects', 101, 0, 100)).toThrow(
      'maxRedirects: expected a whole number from 0 to 100, got 101 (number)',
    )
  })
})

describe('flag', () => {
  it.each([true, false])('returns %s', (value) => {
    expect(flag('http2', value)).toBe(value)
  })

  it.each([
    ['true', '"true" (string)'],
    [0, '0 (number)'],
    [null, 'null (null)'],
  ])('refuses %j', (value, shown) => {
    expect(() => flag('http2', value)).toThrow(`http2: expected true or false, got ${shown}`)
  })
})

describe('oneOf', () => {
  it('returns the choice that was made', () => {
    expect(oneOf('rateScope', 'all', ['partition', 'all'])).toBe('all')
  })

  it.each([
    ['ALL', '"ALL" (string)'],
    [undefined, 'undefined (undefined)'],
  ])('refuses %j, and lists the choices', (value, shown) => {
    expect(() => oneOf('rateScope', value, ['partition', 'all'])).toThrow(
      `rateScope: expected one of partition, all, got ${shown}`,
    )
  })
})

describe('SettingsError', () => {
  it('is a SluiceError and an Error, with a name and a code', () => {
    const error = unexpected('burst', 'a whole number', 0)
    expect(error).toBeInstanceOf(SettingsError)
    expect(error).toBeInstanceOf(SluiceError)
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code, error.cause]).toEqual(['SettingsError', 'SLUICE_SETTINGS', undefined])
    expect('cause' in error).toBe(false)
  })

  it('has another code for a request that cannot be sent', () => {
    expect(new SettingsError('no', 'SLUICE_BAD_INPUT').code).toBe('SLUICE_BAD_INPUT')
  })

  it.each([
    [{ a: [1] }, '{"a":[1]} (object)'],
    [[1, 2], '[1,2] (object)'],
    [Object.create(null), '{} (object)'],
    [Symbol('s'), 'Symbol(s) (symbol)'],
  ])('shows %o', (value, shown) => {
    expect(unexpected('rate', 'a rate', value).message).toBe(`rate: expected a rate, got ${shown}`)
  })

  it('shows text with its quotes and line breaks escaped', () => {
    expect(unexpected('rate', 'a rate', 'a\n"b"').message).toBe('rate: expected a rate, got "a\\n\\"b\\"" (string)')
  })
})
