/** Part of a package's description. */
export interface Published {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>> | undefined
}

/** Packages in the order in which they are published: each after those that it depends on, so that it can be installed. */
export function publishOrder<P extends Published>(packages: readonly P[]): P[] {
  const ordered = new Set<P>()
  const add = (one: P, dependents: readonly P[]): void => {
    if (dependents.includes(one)) throw new Error(`${one.name} depends on itself by way of others`)
    for (const other of packages) if (one.dependencies?.[other.name] !== undefined) add(other, [...dependents, one])
    ordered.add(one)
  }
  for (const one of packages) add(one, [])
  return [...ordered]
}
