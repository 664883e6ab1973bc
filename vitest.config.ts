import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Packages are imported by their public names; the `source` condition makes those names mean the sources,
// so that the tests run with nothing built.
const conditions = ['source']

const all = [
  '*.test.ts',
  '{packages,apps}/*/{src,test}/**/*.test.ts',
  'examples/**/*.test.ts',
  'lab/**/*.test.ts',
  'test/**/*.test.ts',
  'benchmarks/*.test.ts',
]

/** Measure real time: they run after the others, two files at a time, as they mostly wait. */
const timed = [
  'test/acceptance/{benchmark-sockets,limits,shared-limits-postgres}.test.ts',
  'test/soak/kill.test.ts',
  'examples/*.test.ts',
  'test/real-servers/**/*.test.ts',
  'packages/cli/test/bench.test.ts',
]

/** Replace modules or look at the whole process: each runs in a process of its own. All others share their modules. */
const isolated = globSync(all, { cwd: import.meta.dirname }).filter((file) =>
  /vi\.(mock|doMock)\(|\.memoryUsage\(|getActiveResourcesInfo|process\.(chdir|on)\(/.test(
    readFileSync(`${import.meta.dirname}/${file}`, 'utf8'),
  ),
)

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['test/postgres/global-setup.ts', 'test/bundled.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // More than there are cores in CI: many tests wait for a process, a socket or a timer.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: all, exclude: [...timed, ...isolated], isolate: false },
      },
      { extends: true, test: { name: 'isolated', include: isolated, exclude: timed } },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 2, sequence: { groupOrder: 1 } } },
    ],
  },
})
