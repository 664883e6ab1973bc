import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredResult } from 'sluice/stores'
import { sqliteStore } from 'sluice/stores/sqlite'

type MakeBody = (index: number) => Uint8Array | undefined

/** Keeps as many results, in groups of `size`, one group at a time, as a run does. Asks no server. */
export async function run(
  url: string,
  results: number,
  size: number,
  bodyOf: MakeBody = () => undefined,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const store = await sqliteStore({ path: join(folder, 'run.db') })
  const source = { name: 'list', identity: 'list', isSpooled: false }
  const { id } = await store.create({ name: 'run', source, settings: {}, keySeed: 'seed', createdAt: Date.now() })
  await store.claim(id)
  let committing = Promise.resolve()
  for (let index = 0; index < results; ) {
    const group: StoredResult[] = []
    while (group.length < size && index < results) group.push(resultOf(index, `${url}?n=${index}`, bodyOf(index++)))
    await committing
    committing = store.commit(id, { results: group, at: Date.now() })
  }
  await committing
  const kept = await store.find('run')
  if (kept?.succeeded !== results) throw new Error(`${kept?.succeeded} of ${results} results are kept`)
  await store.close()
  rmSync(folder, { recursive: true })
}

function resultOf(index: number, url: string, body: Uint8Array | undefined): StoredResult {
  return {
    index,
    id: url,
    url,
    method: 'GET',
    ok: true,
    status: 200,
    attempts: 1,
    requests: 1,
    throttled: 0,
    attemptMs: [12.5],
    timing: [1, 0, 0, 11, 0.5, 12.5],
    headers: { 'content-type': 'application/json' },
    bodyKind: body === undefined ? 'none' : 'json',
    ...(body === undefined ? undefined : { body }),
    settledAt: Date.now(),
  }
}
