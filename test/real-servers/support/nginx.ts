import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AccessLog, type Logged } from './access-log.ts'
import { freePorts } from './free-ports.ts'
import { findProgram, isMissing } from './programs.ts'
import { ServerProcess } from './server-process.ts'
import { tempFolder } from './temp-folder.ts'

const program = findProgram('nginx')

export const nginxIsMissing: boolean = isMissing('nginx', program !== undefined, 'nginx')

const brotliModule = [
  '/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so',
  '/usr/share/nginx/modules/ngx_http_brotli_filter_module.so',
].find((path) => existsSync(path))

/** True if the brotli module is missing, in which case its tests are skipped. */
export const nginxBrotliIsMissing: boolean = isMissing(
  "nginx's brotli module",
  nginxIsMissing || brotliModule !== undefined,
  'libnginx-mod-http-brotli-filter',
)

export interface NginxSite {
  readonly folder: string
  /** Folder of its files, to be filled by the test. */
  readonly root: string
  readonly ports: readonly number[]
}

export interface Nginx extends NginxSite {
  /** `http://127.0.0.1:PORT` of the port with this index. */
  origin(port?: number): string
  requests(prefix: string): Promise<Logged[]>
  /** Reloads its configuration in new workers; the old ones finish their requests and close idle connections. */
  reload(): void
  stop(): Promise<void>
  /** Starts it again on the same ports, after a stop. */
  start(): Promise<void>
  /** Stops it, and removes its files. */
  dispose(): Promise<void>
}

/** Starts nginx on free ports. `http` returns the content of its `http` block; the first port must use plain HTTP. */
export async function startNginx(portCount: number, http: (site: NginxSite) => string): Promise<Nginx> {
  const temp = tempFolder('nginx')
  const folder = temp.path
  const root = join(folder, 'root')
  mkdirSync(root)
  const ports = await freePorts(portCount + 1)
  const markerPort = ports.pop()!
  const site = { folder, root, ports }
  const config = join(folder, 'nginx.conf')
  const pid = join(folder, 'nginx.pid')
  const log = join(folder, 'access.log')
  writeFileSync(config, configuration(site, { pid, log, markerPort, http: http(site) }))
  const accessLog = new AccessLog(log, `http://127.0.0.1:${markerPort}/`)

  const launch = (): Promise<ServerProcess> =>
    ServerProcess.start(program!, ['-p', folder, '-c', config, '-e', join(folder, 'error.log')], {
      folder,
      ports: [...ports, markerPort],
    })
  let server: ServerProcess
  try {
    server = await launch()
  } catch (error) {
    temp.remove()
    throw error
  }
  return {
    ...site,
    origin: (port = 0) => `http://127.0.0.1:${ports[port]}`,
    requests: (prefix) => accessLog.requests(prefix),
    reload: () => {
      process.kill(Number(readFileSync(pid, 'utf8')), 'SIGHUP')
    },
    stop: () => server.stop(),
    start: async () => {
      server = await launch()
    },
    dispose: async () => {
      await server.stop()
      temp.remove()
    },
  }
}

function configuration(
  { folder, root }: NginxSite,
  { pid, log, markerPort, http }: { pid: string; log: string; markerPort: number; http: string },
): string {
  return `
${brotliModule === undefined ? '' : `load_module ${brotliModule};`}
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${pid};
error_log ${folder}/error.log info;
events { worker_connections 512; }
http {
  client_body_temp_path ${folder}/bodies;
  proxy_temp_path ${folder}/proxied;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  log_format lines escape=json '{"at":$log_ms,"connection":"$connection","port":$server_port,"method":"$request_method",'
    '"uri":"$request_uri","status":$status,"protocol":"$server_protocol","bytes":$body_bytes_sent,'
    '"authorization":"$http_authorization","cookie":"$http_cookie","x-api-key":"$http_x_api_key","x-own":"$http_x_own",'
    '"content-type":"$content_type","content-length":"$content_length","idempotency-key":"$http_idempotency_key",'
    '"user-agent":"$http_user_agent","accept-encoding":"$http_accept_encoding","host":"$http_host"}';
  # $msec is seconds with a fraction of three digits.
  map $msec $log_ms { ~^(?<seconds>\\d+)\\.(?<millis>\\d+)$ $seconds$millis; }
  access_log ${log} lines;
  types { text/plain txt; application/octet-stream bin; text/html html; application/json json; text/css css; }
  default_type text/plain;
  server_tokens off;
  root ${root};
  server { listen 127.0.0.1:${markerPort}; location / { return 204; } }
${http}
}
`
}
