import { SettingsError, type SharedLimits } from 'sluice'
import { isPostgresUrl } from 'sluice/internal'

/** Name of the service whose places gateways share. */
const service = 'gateway'

/** Time in ms for which the store counts as failing after its last error. */
const failsFor = 10_000

/** Health of the store, as its errors tell. */
export class StoreHealth {
  #problem: { readonly text: string; readonly at: number } | undefined

  /** Why the store does not answer; undefined if it does, as far as is known. */
  get problem(): string | undefined {
    return this.#problem !== undefined && performance.now() - this.#problem.at < failsFor
      ? this.#problem.text
      : undefined
  }

  /** Takes in an error. Returns true if it is the first for a while. */
  fail(text: string): boolean {
    const isNew = this.problem === undefined
    this.#problem = { text, at: performance.now() }
    return isNew
  }
}

/**
 * The limits that gateways on one database keep together; undefined without a store. `onProblem` is told why the store does not
 * answer, when it does not.
 *
 * @throws SettingsError for a store that is no PostgreSQL; StoreError if it cannot be used
 */
export async function openGatewayLimits(
  store: string | undefined,
  onProblem: (problem: string) => void,
): Promise<SharedLimits | undefined> {
  if (store === undefined) return undefined
  if (!isPostgresUrl(store))
    throw new SettingsError('--store: gateways share limits on PostgreSQL: --store postgres://user@host/database')
  const { postgresLimits } = await import('sluice/stores/postgres')
  return await postgresLimits({ url: store, name: service, onError: (error) => onProblem((error as Error).message) })
}
