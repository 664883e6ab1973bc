import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { validate } from 'dockerfile-utils'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import { type IJob, Job } from 'kubernetes-models/batch/v1/Job'
import { type IPodDisruptionBudget, PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { parseDuration } from 'sluice'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { type Flag, longName } from '../../packages/cli/src/flags/flag.ts'
import { gatewayFlags } from '../../packages/cli/src/flags/gateway-flags.ts'
import { workerFlags } from '../../packages/cli/src/flags/store-flags.ts'
import { backlogView } from '../../packages/sluice/src/stores/postgres/bounded-statements.ts'

const folder = import.meta.dirname
const root = join(folder, '../..')

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

/** A folder beside this file, so that packages are found from it; gone when the test ends. */
function workFolder(): string {
  const made = mkdtempSync(join(folder, '.check-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8')) as { version: string }

/** The value of a flag in the arguments of a worker. */
function flagOf(args: readonly string[], flag: string): string {
  return args[args.indexOf(flag) + 1]!
}

function unknownFlags(args: readonly string[], flags: Readonly<Record<string, Flag>>): string[] {
  const known = Object.values(flags).map(longName)
  return args.filter((word) => word.startsWith('--') && !known.includes(word))
}

/** Time in ms beyond --grace in which a worker leaves, as docs/workers.md says, also while the database is away. */
const toLeave = 15_000

describe('the Dockerfile', () => {
  const problemsOf = (text: string): string[] => validate(text).map(({ message }) => String(message))

  it('is one, without warnings', () => {
    expect(problemsOf(read('Dockerfile'))).toEqual([])
  })

  it.each([
    ['FROM node:24-slim', 'FORM node:24-slim'],
    ['USER node', 'USER'],
    ['WORKDIR /home/node', 'WORKDIR home/node'],
  ])('would be refused with %j as %j', (from, to) => {
    expect(problemsOf(read('Dockerfile').replace(from, to))).not.toEqual([])
  })

  it('installs the tarballs of this checkout, asks no registry for them, and runs as an unprivileged user', () => {
    expect(read('Dockerfile')).toMatch(/^COPY packs\/ .*\nRUN npm install --global .* \/tmp\/packs\/\*\.tgz/m)
    expect(read('Dockerfile')).not.toContain('@sluice/')
    expect(read('Dockerfile')).toMatch(/^USER node$/m)
  })
})

describe('the file for Docker Compose', () => {
  function problemsOf(text: string): string[] {
    const file = join(workFolder(), 'compose.yaml')
    writeFileSync(file, text)
    const results = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] }).lintFiles([file], false)
    expect(results).toHaveLength(1)
    return results[0]!.messages.map(({ rule, message }: Record<'rule' | 'message', string>) => `${rule}: ${message}`)
  }

  it.each(['compose.yaml', '../gateway/compose.yaml'])('keeps to the schema and to the rules of dclint: %s', (file) => {
    expect(problemsOf(read(file))).toEqual([])
  })

  it('starts the gateway with flags that it has, in the network of a service there is, and asks its health', () => {
    const { services } = parse(read('../gateway/compose.yaml')) as { services: Record<string, ComposeService> }
    const { command, stop_grace_period, healthcheck, network_mode, build } = services.gateway!
    expect(unknownFlags(command, gatewayFlags)).toEqual([])
    expect(Object.keys(services).map((name) => `service:${name}`)).toContain(network_mode)
    expect(existsSync(join(folder, '../gateway', build!.context, 'Dockerfile'))).toBe(true)
    expect(healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${flagOf(command, '--health')}/readyz`)
    expect(parseDuration('', stop_grace_period)).toBeGreaterThan(30_000)
  })

  it.each([
    ['    depends_on:', '    depend_on:'],
    ['interval: 10s', 'interval: [10]'],
    ['image: postgres:18', 'image: postgres'],
    ['127.0.0.1:5432:5432', '5432:5432'],
  ])('would be refused with %j as %j', (from, to) => {
    expect(problemsOf(read('compose.yaml').replace(from, to))).not.toEqual([])
  })

  it('gives a worker more time to end than the worker takes, and asks its health where that is', () => {
    const { worker } = (parse(read('compose.yaml')) as { services: Record<string, ComposeService> }).services
    const { command, stop_grace_period, healthcheck } = worker!
    expect(unknownFlags(command, workerFlags)).toEqual([])
    expect(parseDuration('', stop_grace_period)).toBe(parseDuration('', flagOf(command, '--grace')) + toLeave)
    expect(healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${flagOf(command, '--health')}/readyz`)
  })

  it('has no password in it', () => {
    expect(read('compose.yaml')).not.toMatch(/postgres:\/\/[^@\s]*:[^@\s]*@/)
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'secrets/']))
  })
})

interface ComposeService {
  readonly command: readonly string[]
  readonly stop_grace_period: string
  readonly network_mode?: string
  readonly build?: { readonly context: string }
  readonly healthcheck: { readonly test: readonly string[] }
}

describe('the manifests for migrations and KEDA', () => {
  it('have a Job as Kubernetes takes it, of the same image as the workers, with its secret from a Secret', () => {
    const job = parse(read('migrations.yaml')) as IJob
    new Job(job).validate()
    const pod = job.spec!.template.spec!
    expect(pod.securityContext?.runAsNonRoot).toBe(true)
    expect(pod.containers[0]!.image).toMatch(new RegExp(`:${version}$`))
    expect(pod.containers[0]!.env?.[0]?.valueFrom?.secretKeyRef?.name).toBe('sluice-owner')
    expect(() => new Job({ ...job, spec: { ...job.spec!, backoffLimit: 'six' as never } }).validate()).toThrow()
  })

  it('scale the Deployment there is, by the view there is, with the Secret that the workers use', () => {
    const [access, scaled] = parseAllDocuments(read('keda.yaml')).map((document) => document.toJS({}))
    const deployment = parseAllDocuments(read('kubernetes.yaml'))[0]!.toJS({}) as IDeployment
    expect(scaled.spec.scaleTargetRef.name).toBe(deployment.metadata?.name)
    const [trigger] = scaled.spec.triggers
    expect(trigger.authenticationRef.name).toBe(access.metadata.name)
    expect(trigger.metadata.query).toBe('SELECT items FROM sluice.backlog')
    expect(backlogView).toMatch(/CREATE VIEW backlog AS\s+SELECT .* AS items/)
    expect(access.spec.secretTargetRef).toEqual([{ parameter: 'connection', name: 'sluice', key: 'store' }])
  })
})

it('the alerts ask only for metrics that workers have, by the labels that these have', () => {
  const { groups } = parse(read('alerts.yaml')) as { groups: { rules: { alert: string; expr: string }[] }[] }
  const listed = Array.from(
    readFileSync(join(root, 'docs/workers.md'), 'utf8').matchAll(/^\| `(sluice_\w+)(?:\{(\w+)\})?` \|/gm),
    ([, name, label]) => [name, label] as const,
  )
  const labels = new Map(listed)
  expect(labels.size).toBeGreaterThan(10)
  const asked = groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ expr }) => [...expr.matchAll(/(sluice_\w+)(?:\{(\w+)=)?/g)])
  expect(asked.filter(([, name, label]) => !labels.has(name!) || (label && labels.get(name!) !== label))).toEqual([])
  expect(asked.length).toBeGreaterThan(6)
})

describe('the manifest for Kubernetes', () => {
  type Documents = readonly [IDeployment, IPodDisruptionBudget]

  function documentsOf(text: string): Documents {
    return parseAllDocuments(text).map((document) => document.toJS({}) as unknown) as unknown as Documents
  }

  /** Values by the schema of Kubernetes, and names by its types: the schema lets unknown names pass, as the server does. */
  function problemsOf(text: string): string {
    const [deployment, budget] = documentsOf(text)
    try {
      new Deployment(deployment).validate()
      new PodDisruptionBudget(budget).validate()
    } catch (error) {
      return (error as Error).message
    }
    const made = workFolder()
    const source = [
      "import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'",
      "import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'",
      `export const deployment: IDeployment = ${JSON.stringify(deployment)}`,
      `export const budget: IPodDisruptionBudget = ${JSON.stringify(budget)}`,
    ]
    writeFileSync(join(made, 'manifest.ts'), source.join('\n'))
    writeFileSync(
      join(made, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true, types: [] },
        files: ['manifest.ts'],
      }),
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', made], { encoding: 'utf8' })
    return status === 0 ? '' : stdout
  }

  it('is what Kubernetes takes, and has no name in it that Kubernetes does not know', () => {
    expect(problemsOf(read('kubernetes.yaml'))).toBe('')
  })

  it.each([
    ['replicas: 4', 'replicas: four'],
    ['  selector:', '  select:'],
    ['readinessProbe', 'readinesProbe'],
    ['runAsNonRoot: true', 'runAsNonRoot: "yes"'],
    ['maxUnavailable: 2', 'maxUnavailabl: 2'],
  ])('would be refused with %j as %j', (from, to) => {
    expect(problemsOf(read('kubernetes.yaml').replace(from, to))).not.toBe('')
  })

  it('gives a worker more time to end than the worker takes, and probes the port it listens at', () => {
    const [{ spec, metadata }, budget] = documentsOf(read('kubernetes.yaml'))
    const pod = spec!.template
    const { args, ports, livenessProbe, readinessProbe, image } = pod.spec!.containers[0]!
    expect(unknownFlags(args!, workerFlags)).toEqual([])
    expect(pod.spec!.terminationGracePeriodSeconds! * 1_000).toBe(parseDuration('', flagOf(args!, '--grace')) + toLeave)
    const port = ports![0]!
    expect(flagOf(args!, '--health')).toBe(`0.0.0.0:${port.containerPort}`)
    expect(livenessProbe?.httpGet).toEqual({ path: '/livez', port: port.name })
    expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: port.name })
    expect(pod.metadata?.annotations).toMatchObject({
      'prometheus.io/path': '/metrics',
      'prometheus.io/port': String(port.containerPort),
    })
    expect(image).toMatch(new RegExp(`:${version}$`))
    const labels = metadata?.labels
    expect(pod.metadata?.labels).toEqual(labels)
    expect(spec?.selector.matchLabels).toEqual(labels)
    expect(budget.spec?.selector?.matchLabels).toEqual(labels)
  })

  it('runs as an unprivileged user, and has its secrets from a Secret', () => {
    const pod = documentsOf(read('kubernetes.yaml'))[0].spec!.template.spec!
    expect(pod.securityContext?.runAsNonRoot).toBe(true)
    const { env, securityContext } = pod.containers[0]!
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true })
    expect(env?.map(({ value }) => value).filter((value) => value !== undefined)).toEqual([])
    expect(env?.find(({ name }) => name === 'SLUICE_STORE')?.valueFrom?.secretKeyRef?.key).toBe('store')
  })
})
