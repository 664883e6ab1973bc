import { describeFailure, fuzz } from './fuzz.ts'
import type { Protocol } from './round-plan.ts'

// `npm run fuzz`: random servers, clients and callers. Variables: SLUICE_FUZZ_SEED, SLUICE_FUZZ_ROUND (only this
// round), SLUICE_FUZZ_SECONDS, SLUICE_FUZZ_CALLS, SLUICE_FUZZ_FAILURES, SLUICE_FUZZ_PROTOCOLS=http1,https,http2

const { env } = process
const number = (name: string, fallback: number) => Number(env[`SLUICE_FUZZ_${name}`] ?? fallback)

const seed = number('SEED', Math.floor(Math.random() * 1_000_000))
const round = env.SLUICE_FUZZ_ROUND
const protocols = (env.SLUICE_FUZZ_PROTOCOLS ?? 'http1,https,http2').split(',') as [Protocol, ...Protocol[]]
process.stdout.write(`seed ${seed}\n`)

const startedAt = performance.now()
const report = await fuzz({
  seed,
  protocols,
  from: Number(round ?? 0),
  rounds: round === undefined ? undefined : 1,
  calls: number('CALLS', Number.POSITIVE_INFINITY),
  seconds: number('SECONDS', 40),
  maxFailures: number('FAILURES', 1),
  onFailure: (failure) => process.stdout.write(describeFailure(failure)),
})
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
process.stdout.write(
  `${report.calls} calls in ${report.rounds} rounds and ${seconds} s: ${report.failures.length} rounds failed\n`,
)
process.exitCode = report.failures.length === 0 ? 0 : 1
