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

/** What they look at is real time, or how much memory is used: nothing else runs beside them. */
const alone = [
  'test/acceptance/{benchmark,benchmark-sockets,limits,shared-limits-postgres}.test.ts',
  'test/fuzz/*.test.ts',
  'test/soak/kill.test.ts',
  'test/real-servers/**/*.test.ts',
  'packages/cli/test/{bench,memory}.test.ts',
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['test/postgres/global-setup.ts', 'test/remove-bundle.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: all, exclude: alone, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
