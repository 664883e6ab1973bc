import { AuthError, ClientError, RejectedError, SettingsError, SluiceError, TransportError } from 'sluice'

/** Exit code, as of `sluice`: 0 success, 2 usage, 3 failed, 4 refused, 6 unreachable. @throws bugs unchanged. */
export function exitCodeOf(error: unknown, isReached: boolean): number {
  const reason = error instanceof AuthError ? (error.cause ?? error) : error
  if (error instanceof SettingsError) return 2
  if (reason instanceof ClientError && [401, 403].includes(reason.status)) return 4
  if (!isReached && (reason instanceof TransportError || reason instanceof RejectedError)) return 6
  if (error instanceof SluiceError) return 3
  // System errors: the reader of the output is gone, or a file cannot be written.
  if (error instanceof Error && 'syscall' in error) return 'code' in error && error.code === 'EPIPE' ? 0 : 2
  throw error
}
