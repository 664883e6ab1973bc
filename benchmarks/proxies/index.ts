import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ProxyPlace, ReverseProxy } from './proxy.ts'

const sluice = join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/sluice.js')
/** Debian's, which is in no path of a user. */
const nginx = '/usr/sbin/nginx'

const nothing = 'a queue, retries, rates, waiting after a 429, breaker, timings'

/** The gateway, what it has to keep up with, and what Node takes by itself. */
export const proxies = {
  nginx: {
    name: 'nginx `proxy_pass`',
    needs: nginx,
    lacks: nothing,
    command: (place) => [nginx, '-p', place.folder, '-e', 'stderr', '-c', nginxFile(place)],
  },
  sluice: {
    name: '`sluice gateway`',
    lacks: '',
    command: ({ upstream, port }) => [
      ...[process.execPath, sluice, 'gateway', '--no-config', '--quiet'],
      ...['--to', upstream, '--concurrency', '64', '--port', String(port)],
    ],
  },
  bareNode: {
    name: '`node:http` and undici `request`',
    lacks: `${nothing}, streaming, uploads, RFC 9110`,
    command: ({ upstream, port }) => [
      process.execPath,
      join(import.meta.dirname, 'bare-node.ts'),
      upstream,
      String(port),
    ],
  },
} as const satisfies Record<string, ReverseProxy>

/** Settings as its handbook has them for connections that are kept, without a log, as the gateway has none. */
function nginxFile({ upstream, port, folder }: ProxyPlace): string {
  const path = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  writeFileSync(
    path,
    `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  upstream api { server ${upstream.slice('http://'.length)}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`,
  )
  return path
}
