/** Facts about the checkout that decide whether it can be published. */
export interface ReleaseFacts {
  readonly packages: readonly { readonly name: string; readonly version: string }[]
  readonly changelog: string
  /** Lines of `git status --porcelain`. */
  readonly uncommitted: readonly string[]
  /** Public address of the repository, which provenance needs. */
  readonly repository: string | undefined
}

/** Reasons against publishing, each with what to do. A dry run takes the section `Unreleased` for that of the version. */
export function releaseProblems(facts: ReleaseFacts, isDryRun: boolean): string[] {
  const { packages, changelog, uncommitted, repository } = facts
  const problems: string[] = []
  const versions = [...new Set(packages.map(({ version }) => version))]
  if (versions.length > 1) {
    const each = packages.map(({ name, version }) => `${name} ${version}`).join(', ')
    problems.push(`The versions differ: ${each}. Set them with npm version --workspaces.`)
  }
  const [version = ''] = versions
  const headings = isDryRun ? [version, 'Unreleased'] : [version]
  if (!headings.some((heading) => hasSection(changelog, heading)))
    problems.push(`CHANGELOG.md has no section "## ${version}", or it is empty. Give "Unreleased" that name.`)
  if (uncommitted.length > 0)
    problems.push(`${uncommitted.length} files are not committed, among them ${uncommitted[0]?.slice(3)}. Commit them.`)
  if (repository === undefined && !isDryRun)
    problems.push('The git remote "origin" has no public address, which --provenance needs. Set it.')
  return problems
}

/** Says whether a heading is there with text below it. A date may follow the version. */
function hasSection(changelog: string, heading: string): boolean {
  const section = changelog
    .split(/^## /m)
    .slice(1)
    .find((text) => /^\S+/.exec(text)?.[0] === heading)
  return section !== undefined && section.slice(section.indexOf('\n')).trim() !== ''
}
