import { RetryBudget } from '../../algorithms/budget/retry-budget.ts'

/** Partitions beyond this many are forgotten, the oldest first: a forgotten budget is a full one. */
const kept = 1_000

/** One budget for each partition: what one server spends on retries costs no other. */
export class RetryBudgets {
  readonly #byPartition = new Map<string, RetryBudget>()

  of(partition: string): RetryBudget {
    let budget = this.#byPartition.get(partition)
    if (budget === undefined) {
      budget = new RetryBudget()
      this.#byPartition.set(partition, budget)
      if (this.#byPartition.size > kept) this.#byPartition.delete(this.#byPartition.keys().next().value!)
    }
    return budget
  }
}
