import { describe, expect, it } from 'vitest'
import { findingLines } from './finding.ts'
import {
  judgeClock,
  judgeFolder,
  judgeMemory,
  judgeNode,
  judgeOpenFiles,
  judgeProxy,
  judgeServer,
  judgeStore,
  judgeVariables,
} from './judge.ts'

const postgres = {
  name: 'me@db/runs',
  version: '15.6',
  clocks: { here: 0, there: 0 },
  roundTrip: 2,
  connections: { allowed: 97, open: 86 },
  isVacuumed: true,
  schema: 'sluice',
  steps: 14,
  knownSteps: 14,
}

describe('doctor', () => {
  it.each([
    ['v24.1.0', 'ok'],
    ['v22.19.0', 'ok'],
    ['v22.18.9', 'failure'],
    ['v20.20.0', 'failure'],
  ] as const)('judges Node %s: %s', (version, state) => {
    expect(judgeNode(version, '22.19').state).toBe(state)
  })

  it.each([
    [256, 'warning'],
    [1_024, 'ok'],
    [Number.POSITIVE_INFINITY, 'ok'],
    [undefined, 'ok'],
  ] as const)('judges a limit of %s open files: %s', (limit, state) => {
    expect(judgeOpenFiles(limit).state).toBe(state)
  })

  it('warns about little memory, little space, and a folder that cannot be written', () => {
    const states = [
      judgeMemory(128 * 1024 * 1024),
      judgeFolder('/data', 999_999_999),
      judgeFolder('/', new Error('EROFS')),
    ]
    expect(states.map(({ state }) => state)).toEqual(['warning', 'warning', 'warning'])
    expect(states.map(({ text }) => text)).toEqual(['128 MiB', '/data has 1.0 GB free', '/ cannot be written: EROFS'])
  })

  it('shows the proxy of the environment without its password', () => {
    const { state, text } = judgeProxy(
      { HTTPS_PROXY: 'http://me:hunter2@proxy.test:3128', no_proxy: '.test' },
      undefined,
    )
    expect(state).toBe('ok')
    expect(text).toContain('proxy.test:3128')
    expect(text).toContain('no_proxy = .test')
    expect(text).not.toContain('hunter2')
  })

  it('warns about a SLUICE_ variable that no flag has', () => {
    const { state, text } = judgeVariables(
      { SLUICE_RATE: '1/s', SLUICE_RATES: '1/s', PATH: '' },
      new Set(['SLUICE_RATE']),
    )
    expect({ state, text }).toEqual({ state: 'warning', text: 'SLUICE_RATES: no flag has this variable' })
  })

  it.each([
    [14, 'ok', 'PostgreSQL 15.6, 2.0 ms away, schema sluice'],
    [0, 'ok', 'schema sluice, which is created by the next run'],
    [13, 'ok', 'schema sluice, which is migrated from step 13 to 14 by the next run'],
    [15, 'failure', 'schema sluice'],
  ] as const)('judges a store whose schema is at step %i of 14: %s', (steps, state, text) => {
    const found = judgeStore({ ...postgres, steps })
    expect(found.state).toBe(state)
    expect(found.text).toContain(text)
  })

  it('warns about a server without connections for another worker, and without autovacuum', () => {
    expect(judgeServer(postgres)).toEqual([
      { subject: 'connections', state: 'ok', text: '86 of 97 connections are open; a worker takes up to 11' },
    ])
    const found = judgeServer({ ...postgres, connections: { allowed: 97, open: 87 }, isVacuumed: false })
    expect(found.map(({ subject, state }) => [subject, state])).toEqual([
      ['connections', 'warning'],
      ['autovacuum', 'warning'],
    ])
  })

  it.each([
    [5_001, 0, 'warning', '5.0 s ahead of'],
    [0, 5_001, 'warning', '5.0 s behind'],
    [4_999, 0, 'ok', 'as in the store'],
  ] as const)('compares a clock at %i ms with the store at %i ms: %s', (here, there, state, text) => {
    const found = judgeClock({ here, there }, 1)
    expect(found.state).toBe(state)
    expect(found.text).toContain(text)
  })

  it('prints the advice below what it is about', () => {
    const lines = findingLines([
      { subject: 'Node', state: 'ok', text: 'v24.1.0' },
      { subject: 'open files', state: 'warning', text: 'at most 256', advice: 'raise it' },
    ])
    expect(lines).toBe(
      'ok       Node        v24.1.0\nwarning  open files  at most 256\n                     raise it\n',
    )
  })
})
