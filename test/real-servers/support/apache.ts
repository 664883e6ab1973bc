import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AccessLog, type Logged } from './access-log.ts'
import { freePorts } from './free-ports.ts'
import { findProgram, isMissing } from './programs.ts'
import { ServerProcess } from './server-process.ts'
import { tempFolder } from './temp-folder.ts'

const program = findProgram('apache2')
const serverRoot = '/usr/lib/apache2'
const modules = [
  ...['mpm_event', 'authz_core', 'authz_host', 'authz_user', 'authn_core', 'authn_file', 'auth_basic', 'mime', 'dir'],
  ...['alias', 'deflate', 'filter', 'headers', 'cgid', 'include', 'proxy', 'proxy_http', 'proxy_connect', 'ratelimit'],
  ...['reqtimeout', 'env', 'ssl', 'http2', 'socache_shmcb'],
]

export const apacheIsMissing: boolean = isMissing(
  'apache2 with its usual modules',
  program !== undefined && modules.every((name) => existsSync(`${serverRoot}/modules/mod_${name}.so`)),
  'apache2',
)

export interface ApacheSite {
  readonly folder: string
  /** Folder of its files, to be filled by the test. */
  readonly root: string
  readonly ports: readonly number[]
}

export interface Apache extends ApacheSite {
  /** `http://127.0.0.1:PORT` of the port with this index. */
  origin(port?: number): string
  requests(prefix: string): Promise<Logged[]>
  /** Stops it, and removes its files. */
  dispose(): Promise<void>
}

/** Starts Apache on free ports; `config` returns its virtual hosts. */
export async function startApache(portCount: number, config: (site: ApacheSite) => string): Promise<Apache> {
  const temp = tempFolder('apache')
  const folder = temp.path
  const root = join(folder, 'root')
  mkdirSync(root)
  // If started by root, it changes to an unprivileged user, who must be able to enter the folder.
  chmodSync(folder, 0o755)
  const ports = await freePorts(portCount + 1)
  const markerPort = ports.pop()!
  const site = { folder, root, ports }
  const configPath = join(folder, 'httpd.conf')
  try {
    writeFileSync(configPath, configuration(site, markerPort, config(site)))
    const server = await ServerProcess.start(program!, ['-f', configPath, '-DFOREGROUND'], {
      folder,
      ports: [...ports, markerPort],
    })
    const accessLog = new AccessLog(join(folder, 'access.log'), `http://127.0.0.1:${markerPort}/`, 200)
    return {
      ...site,
      origin: (port = 0) => `http://127.0.0.1:${ports[port]}`,
      requests: (prefix) => accessLog.requests(prefix),
      dispose: async () => {
        await server.stop()
        temp.remove()
      },
    }
  } catch (error) {
    temp.remove()
    throw error
  }
}

function configuration({ folder, root, ports }: ApacheSite, markerPort: number, hosts: string): string {
  const fields = {
    connection: '%{remote}p',
    method: '%m',
    uri: '%U%q',
    line: '%r',
    protocol: '%H',
    authorization: '%{Authorization}i',
    'content-length': '%{Content-Length}i',
    'user-agent': '%{User-Agent}i',
    kept: '%k',
  }
  const quoted = Object.entries(fields).map(([name, value]) => `\\"${name}\\":\\"${value}\\"`)
  const log = ['\\"at\\":%{end:msec}t', '\\"port\\":%{local}p', '\\"status\\":%>s', '\\"bytes\\":%B', ...quoted]
  return `
ServerRoot ${serverRoot}
ServerName 127.0.0.1
DefaultRuntimeDir ${folder}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
Mutex pthread
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : ''}
${modules.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
Listen 127.0.0.1:${markerPort}
${ports.map((port) => `Listen 127.0.0.1:${port}`).join('\n')}
LogFormat "{${log.join(',')}}" lines
CustomLog ${folder}/access.log lines
ScriptSock ${folder}/cgi.sock
SSLSessionCache none
TypesConfig /dev/null
AddType text/plain .txt
AddType text/html .html
DocumentRoot ${root}
<Directory ${root}>
  Options +ExecCGI +Includes +FollowSymLinks
  Require all granted
</Directory>
<VirtualHost 127.0.0.1:${markerPort}>
</VirtualHost>
${hosts}
`
}
