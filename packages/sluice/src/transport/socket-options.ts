/** Options of connections, which only a transport with its own sockets can obey. */
export const socketOptions = [
  'connectTimeout',
  'dnsResultOrder',
  'denyPrivateAddresses',
  'maxHeaderSize',
  'http2',
  'keepAlive',
  'proxy',
  'tls',
] as const
