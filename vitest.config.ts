import { existsSync, globSync, readFileSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// What one process of a run has compiled, the others need not: those that start from sources use a third of the time.
// The folder is that of `test/bundled.ts`, which removes it at the end.
process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/.bundle-test-${process.pid}/compile-cache`

// Files in memory where there is room: tests make and remove thousands, and a database has three hundred.
const memory = '/dev/shm'
if (isRoomy(memory)) process.env.TMPDIR ??= memory

/** True if a folder is a file system in memory with 4 GB free, from which programs may be started. */
function isRoomy(folder: string): boolean {
  const mounts = existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8').split('\n') : []
  const mount = mounts.findLast((line) => line.startsWith(`tmpfs ${folder} `))
  if (mount === undefined || /\bnoexec\b/.test(mount)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > 4e9
}

// Packages are imported by their public names; the `@sluice/source` condition makes those names mean the sources,
// so that the tests run with nothing built.
const conditions = ['@sluice/source']

const besideSources = '{packages,apps}/*/src/**/*.test.ts'
const elsewhere = [
  '*.test.ts',
  '{packages,apps}/*/test/**/*.test.ts',
  'examples/**/*.test.ts',
  'lab/**/*.test.ts',
  'test/!(sdks|runtimes|frameworks)/**/*.test.ts',
  'test/*.test.ts',
  'benchmarks/*.test.ts',
  'pack/*.test.ts',
  'pictures/*.test.ts',
]

/** Measure real time, and mostly wait: two at a time when all others have ended. One that missed its moment gets another try. */
const timed = [
  'test/acceptance/{benchmark-sockets,limits,shared-limits-postgres}.test.ts',
  'packages/cli/test/bench.test.ts',
  'test/real-servers/{apache,httpbin,nginx-limits}.test.ts',
  'test/soak/{model-limits,gateway}.test.ts',
  'examples/*.test.ts',
  'packages/sluice/test/http2/storm.test.ts',
]

/** Tests of SDKs, runtimes and frameworks that are installed on their own: npm run test:sdks and its like. */
const installed = ['sdks', 'runtimes', 'frameworks']
  .filter((name) => existsSync(`${import.meta.dirname}/test/${name}/node_modules`))
  .map((name) => `test/${name}/*.test.ts`)

/** Test files whose text matches a pattern. */
function filesWith(pattern: RegExp, files: string | readonly string[] = [besideSources, ...elsewhere]): string[] {
  const root = import.meta.dirname
  return globSync(files, { cwd: root }).filter((file) => pattern.test(readFileSync(`${root}/${file}`, 'utf8')))
}

/** Replace modules or look at the whole process: each runs in a process of its own. All others share their modules. */
const isolated = filesWith(/vi\.(mock|doMock)\(|\.memoryUsage\(|getActiveResourcesInfo|process\.(chdir|on)\(/)

/** Beside their sources, yet slow by nature: they start processes or servers, use a disk, or run models with many seeds. */
const slow = filesWith(
  /node:(child_process|fs|net|http|https|http2|tls)|serveSimulator|fc\.assert|seeds\b/,
  besideSources,
)

/** Fewer collections of young objects: about 7 % less CPU, for at most 64 MB more in each of four processes. */
const largerNursery = ['--max-semi-space-size=32']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['test/postgres/global-setup.ts', 'test/bundled.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Twice what CI has cores: most files wait for a process, a socket or a timer half of their time.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: [besideSources],
          exclude: [...timed, ...isolated, ...slow],
          isolate: false,
          execArgv: largerNursery,
          // Ten times what the slowest takes: the machine may stand still for a moment.
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: [...elsewhere, ...slow],
          exclude: [...timed, ...isolated],
          isolate: false,
          execArgv: largerNursery,
          // Real processes and sockets, four files at a time on two cores: one may miss its moment.
          retry: 1,
        },
      },
      { extends: true, test: { name: 'isolated', include: isolated, exclude: timed, retry: 1 } },
      {
        extends: true,
        test: {
          name: 'timed',
          include: [...timed, ...installed],
          maxWorkers: 2,
          retry: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
