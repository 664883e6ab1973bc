/** Reason why a file could not be read, and what to do. Names no file: the caller does. */
export function fileProblem(error: unknown): string {
  const { code = '', message = String(error) } = error as { code?: string; message?: string }
  return problems.get(code) ?? `cannot be read: ${message}`
}

const problems: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file: a part of the path is not a folder'],
  ['EISDIR', 'this is a folder; give a file'],
  ['EACCES', 'permission denied; check who may read it'],
  ['EPERM', 'permission denied; check who may read it'],
  ['EMFILE', 'too many files are open; raise the limit with ulimit -n'],
])
