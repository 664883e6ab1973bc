import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SluiceEvent } from 'sluice'
import { expect, it } from 'vitest'
import { openLogFile } from './log-file.ts'

const request = {
  id: 'a',
  method: 'GET',
  url: 'https://a.test/',
  headers: {},
  readAs: 'auto',
  partition: 'a',
  weight: 1,
  priority: 0,
} as const
const event: SluiceEvent = { type: 'call.started', at: 1, request }

it('has a line for each event as soon as it has happened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-log-'))
  const log = openLogFile(join(folder, 'a.log'))
  log.listenerWith((text) => text)(event)
  expect(JSON.parse(readFileSync(join(folder, 'a.log'), 'utf8'))).toMatchObject({ msg: 'call.started' })
  expect(log.close()).toBeUndefined()
  rmSync(folder, { recursive: true })
})

it.runIf(process.platform === 'linux')('ends on a full disk, and says so when it is closed', async () => {
  const log = openLogFile('/dev/full')
  const tell = log.listenerWith((text) => text)
  tell(event)
  tell(event)
  expect(log.close()?.message).toBe('/dev/full: the disk is full; free some space, or write to another disk')
})
