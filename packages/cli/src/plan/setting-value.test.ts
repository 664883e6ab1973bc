import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/run-sluice.ts'
import { addFlags } from '../flags/build-command.ts'
import { type FetchFlags, fetchFlags, untouched } from '../flags/fetch-flags.ts'
import { type Flag, longName, takesValue } from '../flags/flag.ts'
import type { Io } from '../io.ts'
import { resolveFetchPlan } from './fetch-plan.ts'
import { settingOf } from './setting-value.ts'
import { applySettings } from './settings-files.ts'

/** The flags of `sluice fetch --config FILE`, with these settings in it. */
async function flagsWith(settings: unknown): Promise<FetchFlags> {
  const path = join(temporaryFolder(), 'settings.json')
  writeFileSync(path, `\ufeff${JSON.stringify(settings)}`)
  const command = new Command('fetch')
  addFlags(command, fetchFlags, {})
  command.parse(['--config', path], { from: 'user' })
  await applySettings(command, fetchFlags, { env: {} } as Io)
  return command.opts<FetchFlags>()
}

/** Why a setting is refused; undefined if it is taken. Whatever is taken can be resolved, or is refused by its flag's name. */
function refusal(name: string, value: unknown): string | undefined {
  try {
    const setting = settingOf(fetchFlags, name, value, 'settings.json')
    const flags = { ...untouched, [setting.name]: setting.value }
    resolveFetchPlan(['http://127.0.0.1/'], flags, { env: {}, stdinIsPiped: false })
    return undefined
  } catch (error) {
    expect(error, `${name}: ${JSON.stringify(value)}`).toMatchObject({ code: expect.stringMatching(/^SLUICE_/) })
    return (error as Error).message
  }
}

const values = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e99,
  '',
  'x',
  '\0',
  'a\nb',
  [],
  [null],
  [[1]],
  ['x', 1],
  {},
  { a: 1 },
  { a: {} },
]
const table: [string, Flag][] = Object.entries<Flag>(fetchFlags)

describe('a setting of a file', () => {
  it.each(table)('%s is taken, or refused by its name, whatever JSON it has', (name, flag) => {
    for (const value of values) {
      const message = refusal(name, value)
      if (message !== undefined)
        expect(message).toMatch(new RegExp(`\\b${name}\\b|${longName(flag)}\\b|${flag.flag.slice(0, 2)}\\b`))
    }
    const wrong = takesValue(flag) ? null : 'yes'
    expect(refusal(name, wrong)).toContain(`settings.json: ${name}:`)
  })

  it.each([
    ['header', { 'X-A': 'b', 'X-N': 1, 'X-Empty': '' }, ['X-A: b', 'X-N: 1', 'X-Empty;']],
    ['header', 'X-A: b', ['X-A: b']],
    ['input', 'urls.txt', ['urls.txt']],
    ['rate', '5/s', ['5/s']],
    ['rate', ['5/s', '100/min'], ['5/s', '100/min']],
    ['retryOn', [500, '429'], '500,429'],
    ['includeHeaders', ['date', 'etag'], 'date,etag'],
    ['select', ['id', 'data.price'], 'id,data.price'],
    ['json', { a: [1] }, '{"a":[1]}'],
    ['jsonTemplate', { id: '{id}' }, '{"id":"{id}"}'],
    ['breaker', false, false],
    ['noBreaker', false, undefined],
    ['store', true, true],
    ['quiet', true, 1],
    ['verbose', 2, 2],
    ['learn', false, false],
  ])('%s may be %j', (name, value, typed) => {
    expect(settingOf(fetchFlags, name, value, 'file').value).toEqual(typed)
  })

  it('that is a negation sets what it negates', async () => {
    expect(await flagsWith({ noBreaker: true })).toMatchObject({ breaker: false })
  })

  it.each([
    [{ concurrency: null }, /settings\.json: concurrency: expected text or a number, got null$/],
    [{ rate: 5 }, /settings\.json: rate: expected a rate/],
    [{ timeout: 30 }, /settings\.json: timeout: expected a duration/],
    [{ progress: 'loud' }, /settings\.json: progress: expected one of auto, bar/],
    [{ header: ['X-A: b', { a: 1 }] }, /settings\.json: header: expected .*, got a list with an object in it$/],
    [{ failFast: 'yes' }, /settings\.json: failFast: expected true or false, got text$/],
    [{ concurency: 3 }, /settings\.json: there is no setting concurency.*concurrency/],
    [{ config: 'other.json' }, /settings\.json: config: a settings file cannot set this/],
    [[], /settings\.json: expected an object of settings$/],
  ])('%j is refused with its place', async (settings, message) => {
    await expect(flagsWith(settings)).rejects.toThrow(message)
  })
})
