import { rename, writeFile } from 'node:fs/promises'
import { SettingsError } from 'sluice'
import { keepCookie } from 'sluice/internal'
import type { CookieJar } from 'tough-cookie'
import { fileProblem } from '../flags/file-problem.ts'
import { wholeFile } from '../flags/whole-file.ts'

/** A cookie file in the Netscape format of curl and browsers, read when the first cookie is needed. */
export class CookieFile {
  readonly path: string
  readonly #lines: readonly string[]
  #jar: Promise<CookieJar> | undefined

  /** A missing file is created at the end. @throws SettingsError if it cannot be read, or is not a cookie file */
  constructor(path: string) {
    this.path = path
    this.#lines = linesOf(path)
    for (const [at, line] of this.#lines.entries())
      if (cookieOf(line) === 'bad')
        throw new SettingsError(`--cookie-jar: ${path}:${at + 1}: expected seven fields with tabs between them`)
  }

  async getCookieString(url: string): Promise<string> {
    return await (await this.#open()).getCookieString(url)
  }

  async setCookie(cookie: string, url: string, options?: { readonly ignoreError?: boolean }): Promise<void> {
    await keepCookie(await this.#open(), cookie, url, options)
  }

  /** Rewrites the file, readable by its owner only. Does nothing if no request was sent. @throws file system errors */
  async save(): Promise<void> {
    if (this.#jar === undefined) return
    const { cookies } = await (await this.#jar).serialize()
    const lines = cookies.map(({ key, value, domain, path, secure, httpOnly, hostOnly, expires }) => {
      const end = typeof expires === 'string' && expires !== 'Infinity' ? Math.floor(Date.parse(expires) / 1_000) : 0
      const host = hostOnly === true ? domain : `.${domain}`
      const name = httpOnly === true ? `#HttpOnly_${host}` : host
      return [name, yes(hostOnly !== true), path, yes(secure === true), end, key, value].join('\t')
    })
    await writeFile(`${this.path}.part`, `${['# Netscape HTTP Cookie File', ...lines].join('\n')}\n`, { mode: 0o600 })
    await rename(`${this.path}.part`, this.path)
  }

  #open(): Promise<CookieJar> {
    this.#jar ??= import('tough-cookie').then(({ CookieJar }) => {
      const cookies = this.#lines.map(cookieOf).filter((cookie) => typeof cookie === 'object')
      return CookieJar.deserialize({
        version: 'tough-cookie@6',
        storeType: 'MemoryCookieStore',
        rejectPublicSuffixes: true,
        cookies,
      })
    })
    return this.#jar
  }
}

function linesOf(path: string): string[] {
  try {
    return wholeFile(path).toString('utf8').split(/\r?\n/)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new SettingsError(`--cookie-jar: ${path}: ${fileProblem(error)}`)
  }
}

/** Cookie of a line in the format of the jar; undefined for a comment. */
function cookieOf(line: string): Record<string, unknown> | 'bad' | undefined {
  const httpOnly = line.startsWith('#HttpOnly_')
  if (line.trim() === '' || (line.startsWith('#') && !httpOnly)) return undefined
  const fields = (httpOnly ? line.slice('#HttpOnly_'.length) : line).split('\t')
  const [domain, isWide, path, secure, end, key, value = ''] = fields
  if (fields.length < 6 || fields.length > 7 || !/^\d+$/.test(end!)) return 'bad'
  return {
    key,
    value,
    domain: domain!.replace(/^\./, ''),
    path,
    secure: secure === 'TRUE',
    httpOnly,
    hostOnly: isWide !== 'TRUE',
    expires: end === '0' ? 'Infinity' : new Date(Number(end) * 1_000).toISOString(),
  }
}

function yes(is: boolean): string {
  return is ? 'TRUE' : 'FALSE'
}
