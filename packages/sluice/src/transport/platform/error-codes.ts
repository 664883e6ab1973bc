const noTls = 'the server does not speak TLS on this port: check the port, or use an http URL'

/** Messages by platform error code. */
export const meanings: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection closed by the server'],
  ['ETIMEDOUT', 'no answer from the network'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ['EADDRNOTAVAIL', 'address not available on this machine'],
  ['ENOTFOUND', 'unknown host name'],
  ['EAI_AGAIN', 'the name server did not answer'],
  ['UND_ERR_SOCKET', 'connection closed by the server'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate comes from an authority that is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate is not issued by a trusted authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate is not issued by a trusted authority'],
  [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'the server refused the TLS handshake: it shares no cipher with this client, or requires a client certificate',
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another name'],
  [
    'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'the server does not offer HTTP/1.1 over TLS; if it speaks HTTP/2 only, set http2: true (--http2)',
  ],
])

/** Messages for exhausted resources of this machine. */
export const localLimits: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'this process has too many open files (EMFILE): raise `ulimit -n`, or lower the concurrency'],
  ['ENFILE', 'this machine has too many open files (ENFILE): raise its limit, or lower the concurrency'],
  ['EADDRNOTAVAIL', 'this machine has no free port left (EADDRNOTAVAIL): lower the concurrency, or reuse connections'],
  ['ENOBUFS', 'this machine has no buffers left (ENOBUFS): lower the concurrency'],
  ['ENOMEM', 'this machine has no memory left (ENOMEM): lower the concurrency'],
])
