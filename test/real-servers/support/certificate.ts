import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, isMissing } from './programs.ts'

const openssl = findProgram('openssl')

export const opensslIsMissing: boolean = isMissing('openssl', openssl !== undefined, 'openssl')

export interface Certificate {
  readonly certPath: string
  readonly keyPath: string
  readonly cert: string
  readonly key: string
}

/** Creates a self-signed certificate for `subjectAltName`s, for example `IP:127.0.0.1`. */
export function selfSigned(folder: string, name: string, subjects: string): Certificate {
  const certPath = join(folder, `${name}.crt`)
  const keyPath = join(folder, `${name}.key`)
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2']
  const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjects}`]
  execFileSync(openssl!, ['req', ...kind, ...about, '-keyout', keyPath, '-out', certPath], { stdio: 'pipe' })
  return { certPath, keyPath, cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') }
}
