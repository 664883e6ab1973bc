import { CommanderError } from 'commander'
import { completionScript, shells } from './completion.ts'
import { type BenchFlags, benchFlags, benchRequestFlags, type FetchFlags, fetchFlags } from './flags/fetch-flags.ts'
import { variableOf } from './flags/flag.ts'
import { gatewayFlags } from './flags/gateway-flags.ts'
import { doctorFlags } from './flags/runs-flags.ts'
import { type DemoFlags, demoFlags, type SimulateFlags, simulateFlags } from './flags/simulate-flags.ts'
import {
  type DashFlags,
  dashFlags,
  type ExportFlags,
  exportFlags,
  type ReportFlags,
  reportFlags,
  type WorkerFlags,
  workerFlags,
} from './flags/store-flags.ts'
import { resumeVerbs } from './resume-verbs.ts'
import { runsVerb } from './runs-verb.ts'
import type { Verb } from './verb.ts'

const fetchVerb: Verb = {
  usage: 'fetch [url...]',
  description: 'run a set of requests, and print or store one result per request',
  argument: "URLs; 'https://api.example/{a,b}/[1-500]' expands to a thousand, :3000/x is localhost",
  flags: fetchFlags,
  after: `
Examples:
  sluice fetch 'https://api.example/items/[1-500]' -c 20 -o items.jsonl
  cat urls.txt | sluice fetch --rate 100/min --auth bearer:env:TOKEN
  sluice fetch -i people.csv --url 'https://api.example/people/{id}' \\
    --keep-columns --select name=data.name -o out.csv
  sluice fetch -i people.csv \\
    --from-curl "curl 'https://api.example/people/{id}' -H 'X-Team: red'"

Every long flag but those for files has an environment variable too:
SLUICE_CONCURRENCY=20 is -c 20.
More: sluice help formats, limits, exit-codes or environment
`,
  async run({ args, command, io }) {
    const { applySettings } = await import('./plan/settings-files.ts')
    await applySettings(command, fetchFlags, io)
    return (await import('./verbs/fetch.ts')).fetchCommand(args, command.opts<FetchFlags>(), io)
  },
}

const storeVerbs: readonly Verb[] = [
  ...resumeVerbs,
  {
    usage: 'worker',
    description: 'work on runs in a PostgreSQL store, together with other workers',
    flags: workerFlags,
    after: `
Examples:
  export SLUICE_STORE=postgres://me@db.example/runs PGPASSWORD=...
  sluice fetch -i urls.txt --rate 100/s --detach --name nightly
  sluice worker                                    on any number of machines
  sluice worker --runs nightly --until-done        exits when it is finished
  sluice worker --health 0.0.0.0:9090              for probes and Prometheus

The store has all that a run needs except its secrets: set the variables that it
names (env:TOKEN) here too. With --until-done the exit code is 0, 3 if a run
lacks something here, such as a secret, or 7 if other items are left, such as
parked ones.
`,
    reference:
      'Works on the runs in a PostgreSQL store that were started with `fetch --detach`: see [workers](workers.md).',
    run: async ({ command, io }) =>
      (await import('./verbs/worker/worker.ts')).workerCommand(command.opts<WorkerFlags>(), io),
  },
  runsVerb,
  {
    usage: 'dash [run]',
    description: 'serve live pages of all runs of a store, with their controls',
    argument: 'name of a run, to print the URL of its page',
    flags: dashFlags,
    after: `
Examples:
  sluice dash                                      the runs in .sluice/runs.db
  sluice dash --store postgres://me@db.example/runs nightly

The first line on stdout is the URL. It has a token: everybody who has it can
see and control the runs.
`,
    reference: 'Serves live pages of all runs of a store, finished or not. The first line on stdout is the URL.',
    run: async ({ args: [name], command, io }) =>
      (await import('./verbs/dash.ts')).dashCommand(name, command.opts<DashFlags>(), io),
  },
  {
    usage: 'export <run>',
    description: 'write the results of a stored run, in the order of its input',
    argument: 'name of the run',
    flags: exportFlags,
    after: `
Examples:
  sluice export nightly                            JSON lines on stdout
  sluice export nightly -o nightly.parquet
  sluice export nightly --failed --select id,url,error.message -o failed.csv
`,
    run: async ({ args, command, io }) =>
      (await import('./verbs/export.ts')).exportCommand(args[0]!, command.opts<ExportFlags>(), io),
  },
]

const measureVerbs: readonly Verb[] = [
  {
    usage: 'bench [url...]',
    description: 'find the best concurrency and the bottleneck',
    argument: 'URLs, as for fetch',
    flags: benchFlags,
    after: `
Examples:
  sluice bench 'https://api.example/items/[1-50]'
  sluice bench -n 100 --levels 1,10,40 --auth bearer:env:TOKEN \\
    https://api.example/health
  sluice bench https://api.example/items --save-profile items --report i.html

Prints the maximum number of requests first, and asks for confirmation unless
the host is this machine (--yes skips the question). Nothing is retried, no
redirect is followed, and levels that an API refuses are not tried again.
`,
    reference: 'Measures sequential and concurrent requests; reports the best concurrency and the bottleneck.',
    async run({ args, command, io }) {
      const { applySettings } = await import('./plan/settings-files.ts')
      // Settings files are those of fetch: flags that both verbs share apply here too.
      await applySettings(command, fetchFlags, io, benchRequestFlags)
      return (await import('./verbs/bench/bench.ts')).benchCommand(args, command.opts<BenchFlags>(), io)
    },
  },
  {
    usage: 'report <run>',
    description: 'write a page about one stored run or two, or about a benchmark',
    argument: 'name of the run, or a FILE.json',
    flags: reportFlags,
    after: `
Examples:
  sluice report nightly                            writes nightly.html
  sluice report monday --compare tuesday
  sluice report bench.json -o bench.md             from sluice bench --json
`,
    reference:
      'Writes a page about a stored run, compares it with another, or writes a page about the output of `bench --json`.',
    run: async ({ args, command, io }) =>
      (await import('./verbs/report.ts')).reportCommand(args[0]!, command.opts<ReportFlags>(), io),
  },
]

const gatewayVerb: Verb = {
  usage: 'gateway',
  description: 'serve an API to other programs, in any language, within its limits',
  flags: gatewayFlags,
  after: `
Examples:
  sluice gateway --to https://api.example -c 20 --rate 100/min
  sluice gateway --to https://api.example --auth bearer:env:KEY
                                                   programs need no key
  sluice gateway --to github=https://api.github.com --to shop=https://s.example
  sluice gateway --config gateway.json --health 9100
                                                   with limits for each API
  sluice gateway --to https://api.example --store postgres://me@db.example/one
                                                   one limit, many gateways

Programs change only their base URL, to http://127.0.0.1:4100. Their requests
wait instead of being refused: by priority (header Sluice-Priority), then round
robin among callers (their address, or header Sluice-Client).
More: sluice help gateway
`,
  reference: 'Forwards the requests of other programs to an API, within its limits: see [the gateway](gateway.md).',
  run: async ({ command, io }) => (await import('./verbs/gateway/gateway.ts')).gatewayCommand(command, io),
}

const practiceVerbs: readonly Verb[] = [
  {
    usage: 'simulate [scenario]',
    description: 'start the practice API on loopback, with the limits, delays and faults of real ones',
    argument: 'by name (products, flaky, limited, ...), or a JSON file',
    flags: simulateFlags,
    after: `
Examples:
  sluice simulate --port 4000
  sluice simulate --limit fixed:60/s --error-rate 503:5% --latency 50ms
  sluice simulate limited --headers github

The first line on stdout is its URL, which lists the endpoints.
`,
    reference:
      'Starts the practice API on loopback. The first line on stdout is `listening URL`. `GET /` lists its endpoints: data, model APIs, streams (`/events`, `/lines`), faults.',
    run: async ({ args: [scenario], command, io }) =>
      (await import('./verbs/simulate.ts')).simulateCommand(scenario, command.opts<SimulateFlags>(), io),
  },
  {
    usage: 'demo',
    description: 'take a tour in 20 seconds: plain loops, then a run that is killed and resumed; no key, no network',
    flags: demoFlags,
    after: `
Examples:
  sluice demo
  sluice demo --fast
`,
    reference:
      'Shows in 20 seconds, without key or network, how many results plain loops lose on a bad day of an API, and how a killed run resumes. Leaves no files behind.',
    run: async ({ command, io }) => (await import('./verbs/demo/demo.ts')).demoCommand(command.opts<DemoFlags>(), io),
  },
]

const completionVerb: Verb = {
  usage: 'completion <shell>',
  description: 'print a script that completes verbs and flags in bash, zsh or fish',
  argument: shells.join(', '),
  flags: {},
  after: `
Examples:
  source <(sluice completion bash)                 in ~/.bashrc
  sluice completion zsh > "\${fpath[1]}/_sluice"
  sluice completion fish > ~/.config/fish/completions/sluice.fish
`,
  async run({ args: [given], io }) {
    const shell = shells.find((name) => name === given)
    if (shell === undefined) {
      throw new CommanderError(2, 'sluice.shell', `completion: expected ${shells.join(', ')}, got ${given}`)
    }
    io.stdout.write(completionScript(shell, verbs))
    return 0
  },
}

const doctorVerb: Verb = {
  usage: 'doctor',
  description: 'check the environment: Node, SQLite, the store, proxies, open files, memory, settings',
  flags: doctorFlags,
  after: `
Examples:
  sluice doctor
  sluice doctor --store postgres://me@db.example/runs
`,
  reference:
    'Checks the environment of runs, and suggests a fix for each problem. Changes nothing, and connects only to the store. The exit code is 1 if a run would fail.',
  async run({ command, io }) {
    const flags = [...verbs, ...verbs.flatMap((verb) => verb.verbs ?? [])].flatMap((verb) => Object.values(verb.flags))
    const variables = new Set(flags.flatMap((flag) => variableOf(flag) ?? []))
    return (await import('./verbs/doctor/doctor.ts')).doctorCommand(command, variables, io)
  },
}

/** All verbs of the command, in the order of `--help`. */
export const verbs: readonly Verb[] = [
  fetchVerb,
  ...storeVerbs,
  gatewayVerb,
  ...measureVerbs,
  ...practiceVerbs,
  doctorVerb,
  completionVerb,
]
