import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { bundled } from '../bundled.ts'
import { clean, type HostRequest, type HostResult } from './messages.ts'

/** Idle hosts, for all test files of this process. */
const idle: Host[] = []

/** Hosts that have sent a result and are not clean yet. Removed when they are clean or have exited. */
const cleaning = new Set<Promise<void>>()

interface Host {
  readonly child: ChildProcess
  /** Text written by Node itself: warnings and crash reports. */
  readonly said: { text: string }
}

/** Runs a program to its end in a reused process, which takes a tenth of the time of a new one. */
export async function runWarm(request: HostRequest): Promise<HostResult> {
  const host = await freeHost()
  const { child, said } = host
  said.text = ''
  let isDone = false
  onTestFinished(() => {
    if (!isDone) child.kill('SIGKILL')
  })
  const { promise, resolve } = Promise.withResolvers<HostResult>()
  const end = Promise.withResolvers<void>()
  const onExit = (code: number | null): void => {
    resolve({ code: code ?? -1, stdout: '', stderr: said.text })
    end.resolve()
  }
  const onMessage = (message: HostResult | typeof clean): void => {
    if (message !== clean) {
      cleaning.add(end.promise)
      resolve(message)
    } else {
      child.off('message', onMessage).off('close', onExit)
      idle.push(host)
      end.resolve()
    }
  }
  end.promise.then(() => cleaning.delete(end.promise))
  child.on('message', onMessage).once('close', onExit)
  child.send(request)
  const result = await promise
  isDone = true
  return { ...result, stderr: result.stderr + said.text }
}

/** An idle host. Waits for one that is about to be idle, which is cheaper than starting another. */
async function freeHost(): Promise<Host> {
  if (idle.length === 0 && cleaning.size > 0) await Promise.race([...cleaning, pause(300)])
  return idle.pop() ?? (await startHost())
}

async function startHost(): Promise<Host> {
  const child = fork(await bundled(join(import.meta.dirname, 'host.ts')), {
    execArgv: ['--conditions=@sluice/source'],
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  const said = { text: '' }
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.text += text
    })
  }
  const host = { child, said }
  child.once('close', () => {
    if (idle.includes(host)) idle.splice(idle.indexOf(host), 1)
  })
  return host
}
