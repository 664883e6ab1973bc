import { expect, it, onTestFinished } from 'vitest'
import { isLongForm } from '../long-form.ts'
import { openRunDatabase } from '../postgres/index.ts'
import { bundledProgram } from './processes.ts'
import { steerSoak } from './steer-soak.ts'

it('workers pause, slow down, prefer and stop a run as steered, and do each item once', async () => {
  const database = await openRunDatabase()
  onTestFinished(() => database.close())
  const report = await steerSoak({
    items: isLongForm ? 12_000 : 1_000,
    otherItems: isLongForm ? 6_000 : 150,
    smallItems: isLongForm ? 1_000 : 0,
    measured: isLongForm ? 4_000 : 500,
    settle: isLongForm ? 2_000 : 500,
    pauses: 1,
    workers: isLongForm ? 3 : 2,
    concurrency: isLongForm ? 20 : 10,
    delay: isLongForm ? 100 : 200,
    rates: isLongForm ? [50, 200] : [20, 80],
    url: database.url,
    command: await bundledProgram(),
  })

  expect(report).toMatchObject({ lost: 0, doubled: 0 })
  // How soon each was obeyed, `npm run soak:steer` says: here others may have the CPU for seconds.
  expect(report.fast).toBeGreaterThan(report.slow)
  expect(report.preferredShare).toBeGreaterThan(report.equalShare)
}, 120_000)
