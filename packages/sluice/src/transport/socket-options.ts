/** Options about connections, which only a transport that opens its own can obey. */
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
