import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'sluice'
import { startRun } from 'sluice/runs'
import { sqliteStore } from 'sluice/stores/sqlite'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const store = await sqliteStore({ path: join(folder, 'run.db') })
  const client = createClient({ concurrency })
  const stored = await startRun({ store, client, source: () => urls(url, calls) })
  for await (const result of stored) if (!result.ok) throw result.error
  await client.close()
  await store.close()
  rmSync(folder, { recursive: true })
}
