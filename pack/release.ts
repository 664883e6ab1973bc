import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { type Published, publishOrder } from './publish-order.ts'
import { releaseProblems } from './release-checks.ts'
import { repositoryUrl } from './repository-url.ts'

// Publishes all packages in one version: npm run release. With --dry-run it checks and packs the same, prints the commands that
// would publish, and publishes nothing.

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
const isDryRun = values['dry-run']

const packages = globSync('{packages,apps}/*/package.json', { cwd: root }).map(
  (file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Published,
)
const status = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
const problems = releaseProblems(
  {
    packages,
    changelog: readFileSync(join(root, 'CHANGELOG.md'), 'utf8'),
    uncommitted: status.split('\n').filter((line) => line !== ''),
    repository: repositoryUrl(root),
  },
  isDryRun,
)
for (const problem of problems) stdout.write(`problem: ${problem}\n`)

if (problems.length > 0 && !isDryRun) process.exitCode = 1
else {
  const tarballs = pack()
  const width = Math.max(...tarballs.map(({ length }) => length))
  for (const tarball of tarballs) {
    const kilobytes = Math.ceil(statSync(join(root, tarball)).size / 1024)
    stdout.write(`${tarball.padEnd(width)}  ${String(kilobytes).padStart(5)} kB\n`)
  }
  for (const tarball of tarballs) publish(tarball)
  if (isDryRun) stdout.write('Nothing was published: --dry-run.\n')
  if (problems.length > 0) process.exitCode = 1
}

/** Makes the tarballs, and returns their paths in the checkout, in the order in which they are published. */
function pack(): string[] {
  execFileSync('npm', ['run', '--silent', 'pack'], { cwd: root })
  return publishOrder(packages).map(
    ({ name, version }) => `packs/${name.replace('@', '').replace('/', '-')}-${version}.tgz`,
  )
}

/** Publishes a tarball, or prints how. Provenance is signed by the CI that runs this. */
function publish(tarball: string): void {
  const args = ['publish', tarball, '--provenance', '--access', 'public']
  stdout.write(`npm ${args.join(' ')}\n`)
  if (!isDryRun) execFileSync('npm', args, { cwd: root, stdio: 'inherit' })
}
