import { createServer } from 'node:http'
import { Pool } from 'undici'

// `bare-node.ts UPSTREAM PORT`: as little as a proxy on Node can do. What a gateway takes beyond it is the gateway's own.

const [upstream = '', port = ''] = process.argv.slice(2)
const pool = new Pool(upstream)

createServer(async ({ url = '/', headers }, response) => {
  const answer = await pool.request({ path: url, method: 'GET', headers: { ...headers, connection: undefined } })
  const { connection: _, 'keep-alive': __, ...fields } = answer.headers
  response.writeHead(answer.statusCode, fields)
  response.end(new Uint8Array(await answer.body.arrayBuffer()))
}).listen(Number(port), '127.0.0.1')
