import { Command } from 'commander'
import { type BenchFlags, benchOptions, benchRequestOptions } from './flags/bench-flags.ts'
import { addOptions, addOptionsWithEnvironment } from './flags/build-command.ts'
import { fetchOptions } from './flags/fetch-flags.ts'
import { type ReportFlags, reportOptions } from './flags/store-flags.ts'
import type { Io, Outcome } from './io.ts'

/** The verbs that say how fast something is, and how it went. */
export function measureVerbs(io: Io, outcome: Outcome): Command[] {
  return [benchVerb(io, outcome), reportVerb(io, outcome)]
}

function reportVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('report')
    .description('write a page about a stored run, or about a benchmark from its JSON')
    .argument('<run>', 'its name, or a FILE.json')
  addOptions(command, reportOptions)
  return command.action(async (about: string) => {
    const { reportCommand } = await import('./verbs/report.ts')
    outcome.exitCode = await reportCommand(about, command.opts<ReportFlags>(), io)
  })
}

function benchVerb(io: Io, outcome: Outcome): Command {
  const command = new Command('bench')
    .description('measure how many requests at once are best, and what limits them')
    .argument('[url...]', 'URLs, as for fetch')
    .addHelpText('after', benchExamples)
  addOptionsWithEnvironment(command, benchOptions, io.env)
  return command.action(async (urls: readonly string[]) => {
    const { applySettings } = await import('./plan/settings-files.ts')
    // The settings files are those of fetch: what bench has in common with it holds here too.
    await applySettings(command, {
      stderr: io.stderr,
      known: Object.keys(fetchOptions),
      taken: new Set(Object.keys(benchRequestOptions)),
      env: io.env,
    })
    const { benchCommand } = await import('./verbs/bench/bench.ts')
    outcome.exitCode = await benchCommand(urls, command.opts<BenchFlags>(), io)
  })
}

const benchExamples = `
Examples:
  sluice bench 'https://api.example/items/[1-50]'
  sluice bench -n 100 --levels 1,10,40 --repeat 5 https://api.example/health --auth bearer:env:TOKEN
  sluice bench https://api.example/items --save-profile items --report items.html

It says beforehand how many requests that is at most, and asks unless they go to this machine (--yes answers). Nothing is
repeated, no redirect is followed, and what an API does not bear is not tried again.
`
