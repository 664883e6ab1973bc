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

/** Measure real time or memory: nothing else runs beside them. */
const alone = [
  'test/acceptance/{benchmark,benchmark-sockets,limits,shared-limits-postgres}.test.ts',
  'test/fuzz/*.test.ts',
  'test/soak/kill.test.ts',
  'test/real-servers/**/*.test.ts',
  'packages/cli/test/{bench,memory}.test.ts',
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
    globalSetup: ['test/postgres/global-setup.ts', 'test/remove-bundle.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: all, exclude: [...alone, ...isolated], isolate: false },
      },
      { extends: true, test: { name: 'isolated', include: isolated, exclude: alone } },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
