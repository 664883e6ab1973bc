import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { checkDetached, checkSecretsForWorkers, settingsToKeep, uselessForWorkers } from './stored-settings.ts'

const flags: FetchFlags = { glob: true, learn: true, body: true }

describe('--detach', () => {
  it.each([
    [{ output: 'out.jsonl' }, '-o', 'sluice export'],
    [{ report: 'out.html' }, '--report', 'sluice report'],
    [{ summary: '-' }, '--summary', 'sluice runs show'],
    [{ outDir: 'files' }, '--out-dir', 'sluice export'],
    [{ ordered: true }, '--ordered', 'are always in order'],
    [{ har: 'out.har' }, '--har', 'nothing is sent here'],
    [{ failOn: 'none' }, '--fail-on', 'sluice runs show'],
    [{ maxP95: '1s' }, '--max-p95', 'sluice runs show'],
    [{ maxTime: '1h' }, '--max-time', 'stop the workers'],
    [{ body: false }, '--no-body', 'sluice export'],
  ])('refuses %j with what to do instead', (given, flag, instead) => {
    expect(() => checkDetached({ ...flags, ...given })).toThrow(new RegExp(`^${flag} .*${instead}`))
  })

  it('takes what says which calls are made, and within which limits', () => {
    const given = { ...flags, rate: ['10/s'], concurrency: '5', idempotencyKey: true, name: 'nightly', ordered: false }
    expect(() => checkDetached(given)).not.toThrow()
  })

  it('refuses a secret that was typed, because no worker would have it, and takes references', () => {
    const typed = settingsToKeep([], { ...flags, header: ['X-Api-Key: geheim'] })
    expect(() => checkSecretsForWorkers(typed)).toThrow(/-H .*env:NAME/)
    const reference = settingsToKeep([], { ...flags, auth: ['bearer:env:TOKEN'] })
    expect(() => checkSecretsForWorkers(reference)).not.toThrow()
  })

  it('names what changes nothing when a run continues', () => {
    expect(uselessForWorkers({ detach: true, store: 'x', input: ['-'], concurrency: '5', maxBody: '1MiB' })).toEqual([
      '--concurrency',
      '--max-body',
    ])
  })
})

describe('the settings of a stored run', () => {
  it('have whole paths of the files that are named, and headers whose secret comes from the rows', () => {
    const given = {
      data: '@body.txt',
      jsonTemplate: 'file:t.json',
      header: ['X-Key: file:key.txt', 'Authorization: Bearer {token}', 'X-Note: @me'],
    }
    const { flags: kept, withheld } = settingsToKeep([], { ...flags, ...given })
    expect(withheld).toEqual([])
    expect(kept).toMatchObject({
      data: `@${resolve('body.txt')}`,
      jsonTemplate: `file:${resolve('t.json')}`,
      header: [`X-Key: file:${resolve('key.txt')}`, 'Authorization: Bearer {token}', 'X-Note: @me'],
    })
    expect(settingsToKeep([], { ...flags, header: ['Authorization: Bearer abc{id}'] }).withheld).toEqual(['-H'])
  })
})
