/** Reason why a server cannot listen there, and what to do. */
export function portProblem({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is in use; give another one, or 0 for a free one`
  if (code === 'EACCES') return `port ${port} is not allowed to this user; give one from 1024 up`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is not an address of this machine`
  return message
}
