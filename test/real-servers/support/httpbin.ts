import { freePorts } from './free-ports.ts'
import { findProgram, isMissing, python, pythonHas } from './programs.ts'
import { ServerProcess } from './server-process.ts'
import { tempFolder } from './temp-folder.ts'

const hasHttpbin = pythonHas('httpbin', 'werkzeug', 'brotli')
const gunicorn = findProgram('gunicorn')

/** Servers available here that can run httpbin. */
export const httpbinServers: readonly ('werkzeug' | 'gunicorn')[] = [
  ...(isMissing('httpbin', hasHttpbin, 'python3-httpbin') ? [] : (['werkzeug'] as const)),
  ...(isMissing('httpbin on gunicorn', hasHttpbin && gunicorn !== undefined, 'python3-httpbin gunicorn')
    ? []
    : (['gunicorn'] as const)),
]

export interface Httpbin {
  readonly origin: string
  /** Its log so far. */
  readonly log: string
  dispose(): Promise<void>
}

export async function startHttpbin(server: 'werkzeug' | 'gunicorn'): Promise<Httpbin> {
  const temp = tempFolder('httpbin')
  const [port] = (await freePorts(1)) as [number]
  const werkzeug = `from httpbin import app; from werkzeug.serving import run_simple; run_simple('127.0.0.1', ${port}, app, threaded=True)`
  const threads = ['-k', 'gthread', '--threads', '16', '--worker-tmp-dir', temp.path, '--access-logfile', '-']
  const [command, args]: [string, string[]] =
    server === 'werkzeug'
      ? [python, ['-c', werkzeug]]
      : [gunicorn!, [...threads, '-b', `127.0.0.1:${port}`, 'httpbin:app']]
  try {
    const running = await ServerProcess.start(command, args, { folder: temp.path, ports: [port] })
    return {
      origin: `http://127.0.0.1:${port}`,
      get log() {
        return running.output
      },
      dispose: async () => {
        await running.stop()
        temp.remove()
      },
    }
  } catch (error) {
    temp.remove()
    throw error
  }
}
