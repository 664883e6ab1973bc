import { execFileSync } from 'node:child_process'

/** Public address of the remote `origin`, without credentials. A folder or a missing remote has none. */
export function repositoryUrl(root: string): string | undefined {
  let remote: string
  try {
    remote = execFileSync('git', ['remote', 'get-url', 'origin'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
  const [, host, path] = /^(?:https:\/\/|ssh:\/\/)?(?:[^@/]*@)?([\w-]+(?:\.[\w-]+)+)[:/](.+)$/.exec(remote) ?? []
  return host === undefined || path === undefined ? undefined : `git+https://${host}/${path}`
}
