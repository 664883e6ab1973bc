import { SettingsError, type SharedLimits } from 'sluice'
import { isPostgresUrl } from 'sluice/internal'

/** Service name under which gateways share permits. */
const service = 'gateway'

/** Milliseconds for which the store counts as failing after its last error. */
const failsFor = 10_000

/** Health of the store according to its errors. */
export class StoreHealth {
  #problem: { readonly text: string; readonly at: number } | undefined

  /** Reason why the store does not answer; undefined if it does, as far as known. */
  get problem(): string | undefined {
    return this.#problem !== undefined && performance.now() - this.#problem.at < failsFor
      ? this.#problem.text
      : undefined
  }

  /** Records an error. Returns true if it is the first for a while. */
  fail(text: string): boolean {
    const isNew = this.problem === undefined
    this.#problem = { text, at: performance.now() }
    return isNew
  }
}

/**
 * Limits shared by all gateways on a database; undefined without a store. `onProblem` is called when the store does not
 * answer, with the reason.
 *
 * @throws SettingsError for a store that is not PostgreSQL; StoreError if it is unusable
 */
export async function openGatewayLimits(
  store: string | undefined,
  onProblem: (problem: string) => void,
): Promise<SharedLimits | undefined> {
  if (store === undefined) return undefined
  if (!isPostgresUrl(store))
    throw new SettingsError('--store: gateways share limits on PostgreSQL only: --store postgres://user@host/database')
  const { postgresLimits } = await import('sluice/stores/postgres')
  return await postgresLimits({ url: store, name: service, onError: (error) => onProblem((error as Error).message) })
}
