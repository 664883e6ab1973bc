import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type Client, type ClientOptions, createClient } from 'sluice'
import { undiciTransport } from 'sluice/transport'
import { describe, expect, it } from 'vitest'
import { bundled } from '../bundled.ts'
import { isLongForm } from '../long-form.ts'
import { describeFailure, type FailedRound, fuzz } from './fuzz.ts'
import { planRound } from './round-plan.ts'
import { runRound } from './run-round.ts'

describe('random servers, clients and callers', () => {
  it('find nothing wrong in 20,000 calls, or as many as fit into the time', async () => {
    // A process of its own, whose handles are all the client's.
    const env = { SLUICE_FUZZ_CALLS: '20000', SLUICE_FUZZ_SECONDS: isLongForm ? '40' : '5', ...process.env }
    const args = [await bundled(join(import.meta.dirname, 'main.ts'))]
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr))
    })

    expect(output).toMatch(/^seed \d+\n\d+ calls in \d+ rounds and [\d.]+ s: 0 rounds failed\n$/)
  }, 120_000)
})

// Which round fails first depends on real time: a busy machine gets another try.
describe('the fuzz', { retry: 2 }, () => {
  it('plans the same round for the same seed and number', () => {
    expect(planRound(7, 3, ['http1', 'https'])).toEqual(planRound(7, 3, ['http1', 'https']))
    expect(planRound(7, 3, ['http1'])).not.toEqual(planRound(7, 4, ['http1']))
    expect(planRound(7, 3, ['http1'])).not.toEqual(planRound(8, 3, ['http1']))
    const { protocol } = planRound(7, 3, ['http1', 'https', 'http2'])
    expect(planRound(7, 3, [protocol])).toEqual(planRound(7, 3, ['http1', 'https', 'http2']))
  })

  it.each([
    ['sends every POST twice', sendsTwice, /POST \d+ was sent [2-9] times, and the first may have been processed/],
    ['loses a result', losesResults, /\d+ results for \d+ items/],
    ['leaves a timer behind', leavesTimers, /left behind: \d+ Timeout/],
    ['does not close its connections', staysOpen, /the client is closed, and \d+( and \d+)? connections are open/],
    ['has more in flight than it may', overdoes, /saw \d+ requests at once, and \d+ is the cap/],
    ['rejects where nobody listens', rejects, /nobody catches: Error: into the void/],
  ])('notices a client that %s, and says how to play the round again', async (_name, makeClient, wrong) => {
    const { failures } = await fuzz({ seed: 5, rounds: 40, protocols: ['http1'], makeClient })
    const [failure] = failures
    const text = describeFailure(failure as FailedRound)
    expect(text).toMatch(wrong)
    const again = /SLUICE_FUZZ_SEED=(\d+) SLUICE_FUZZ_ROUND=(\d+) SLUICE_FUZZ_PROTOCOLS=http1 npm run fuzz/.exec(text)!

    const plan = planRound(Number(again[1]), Number(again[2]), ['http1'])
    let replayed = ''
    // The plan is the same; the moments at which things happen are not quite.
    for (let times = 0; times < 5 && !wrong.test(replayed); times++) {
      clearTimers()
      replayed = (await runRound(plan, { makeClient })).join('\n')
    }
    clearTimers()
    expect(replayed).toMatch(wrong)
  })
})

function changed(options: ClientOptions, change: (client: Client) => Partial<Client>): Client {
  const client = createClient(options)
  return { ...client, ...change(client) }
}

function sendsTwice({ connectTimeout, maxBody, maxHeaderSize, http2, proxy, tls, ...options }: ClientOptions): Client {
  const transport = undiciTransport({ connectTimeout, maxBody, maxHeaderSize, http2, proxy, tls })
  return createClient({
    ...options,
    transport: {
      async send(request, exchange) {
        if (request.method === 'POST') await transport.send(request, exchange).catch(() => {})
        return transport.send(request, exchange)
      },
      close: () => transport.close(),
    },
  })
}

function losesResults(options: ClientOptions): Client {
  return changed(options, (client) => ({
    all: async (requests, bulk) => (await client.all(requests, bulk)).slice(1) as never,
  }))
}

/** Timers that clients have left behind on purpose. */
const timers: NodeJS.Timeout[] = []

function clearTimers(): void {
  for (const timer of timers.splice(0)) clearTimeout(timer)
}

function leavesTimers(options: ClientOptions): Client {
  return changed(options, (client) => ({
    async close() {
      timers.push(setTimeout(() => {}, 60_000))
      await client.close()
    },
  }))
}

function staysOpen(options: ClientOptions): Client {
  return changed(options, (client) => ({
    async close() {
      timers.push(setTimeout(() => void client.close(), 3_000))
    },
  }))
}

function overdoes(options: ClientOptions): Client {
  return createClient({ ...options, concurrency: 40, perPartition: undefined })
}

function rejects(options: ClientOptions): Client {
  return changed(options, (client) => ({
    async close() {
      void Promise.reject(new Error('into the void'))
      await client.close()
    },
  }))
}
