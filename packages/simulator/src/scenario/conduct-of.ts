import type { Conduct, Scenario } from './scenario.ts'

/** How a request for `target`, a path with its query, is answered: by the longest path that leads there, or as all are. */
export function conductOf(scenario: Scenario, target: string): Conduct {
  if (scenario.paths.length === 0) return scenario
  const path = target.split('?', 1)[0]!
  return scenario.paths.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? scenario
}
