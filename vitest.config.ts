import { defineConfig } from 'vitest/config'

// Packages are imported by their public names; the `source` condition makes those names mean the sources,
// so that the tests run with nothing built.
const conditions = ['source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      '*.test.ts',
      '{packages,apps}/*/{src,test}/**/*.test.ts',
      'examples/**/*.test.ts',
      'lab/**/*.test.ts',
      'test/**/*.test.ts',
      'benchmarks/*.test.ts',
    ],
    globalSetup: 'test/postgres/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
