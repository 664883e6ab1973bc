import { expect, it } from 'vitest'
import { publishOrder } from './publish-order.ts'
import { type ReleaseFacts, releaseProblems } from './release-checks.ts'

const facts: ReleaseFacts = {
  packages: [
    { name: 'sluice', version: '1.2.0' },
    { name: '@sluice/cli', version: '1.2.0' },
  ],
  changelog: '# Changelog\n\n## 1.2.0 (2026-12-01)\n\n- A line.\n\n## 1.1.0\n',
  uncommitted: [],
  repository: 'git+https://code.example/sluice',
}

it('finds nothing against a release that is ready', () => {
  expect(releaseProblems(facts, false)).toEqual([])
})

it('finds different versions, files that are not committed and a missing repository', () => {
  const packages = [...facts.packages, { name: '@sluice/report', version: '1.1.9' }]
  const unready = { ...facts, packages, uncommitted: [' M README.md', '?? x.ts'], repository: undefined }
  expect(releaseProblems(unready, false)).toEqual([
    'The versions differ: sluice 1.2.0, @sluice/cli 1.2.0, @sluice/report 1.1.9. Set them with npm version --workspaces.',
    '2 files are not committed, among them README.md. Commit them.',
    'The git remote "origin" has no public address, which --provenance needs. Set it.',
  ])
})

it.each([
  ['## Unreleased\n\n- A line.\n', true, 0],
  ['## Unreleased\n\n- A line.\n', false, 1],
  ['## 1.2.0\n\n## 1.1.0\n\n- A line.\n', true, 1],
  ['## 1.2.01\n\n- A line.\n', true, 1],
])('reads the section of the version in %j, dry run: %s', (changelog, isDryRun, count) => {
  expect(releaseProblems({ ...facts, changelog }, isDryRun)).toHaveLength(count)
})

it('publishes a package after those that it depends on', () => {
  const names = publishOrder([
    { name: '@sluice/cli', version: '1.2.0', dependencies: { '@sluice/news': '1.2.0', pg: '8.0.0', sluice: '1.2.0' } },
    { name: '@sluice/news', version: '1.2.0', dependencies: { sluice: '1.2.0' } },
    { name: 'sluice', version: '1.2.0' },
  ]).map(({ name }) => name)
  expect(names).toEqual(['sluice', '@sluice/news', '@sluice/cli'])
})
